using System.Buffers.Binary;
using System.Text;

namespace TorchSharp.Bench;

/// <summary>
/// TorchSharp's native library was compiled by a GCC whose headers name a symbol of GLIBCXX_3.4.32 without ever using it: no relocation refers to it.
/// So the library runs on an older libstdc++ (Debian 12 has 3.4.30), if the loader does not refuse it for the version alone. ELF has a flag for that: a
/// requirement that is weak is warned of, not refused. It is set in the program's own copy of the library; nothing else in it changes.
/// </summary>
static class VersionRequirement
{
    const string Library = "libLibTorchSharp.so", Version = "GLIBCXX_3.4.32";
    const uint VersionsNeeded = 0x6ffffffe;     // a section's type, SHT_GNU_verneed
    const ushort Weak = 2;                      // VER_FLG_WEAK

    public static void Weaken(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, Library, SearchOption.AllDirectories))
        {
            var file = File.ReadAllBytes(path);
            if (!Weaken(file)) continue;
            File.WriteAllBytes(path, file);
            Console.WriteLine($"{Library}: {Version} is asked for, but not insisted on");
        }
    }

    // ELF, 64 bits, little endian: sections are listed at 0x28, each in an entry of the size at 0x3a; a list of versions is a list of libraries, each with a
    // list of names that lie in the section it is linked to.
    static bool Weaken(byte[] file)
    {
        ushort Half(long at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((int)at));
        uint Word(long at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan((int)at));
        long Long(long at) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan((int)at));
        long Section(uint index) => Long(0x28) + index * Half(0x3a);
        string Name(long at) => Encoding.ASCII.GetString(file.AsSpan((int)at, file.AsSpan((int)at).IndexOf((byte)0)));

        if (!file.AsSpan().StartsWith("\x7f"u8) || file[4] != 2 || file[5] != 1) throw new InvalidDataException($"{Library} is no 64-bit ELF file.");
        var changed = false;
        for (uint i = 0; i < Half(0x3c); i++)
        {
            var section = Section(i);
            if (Word(section + 4) != VersionsNeeded) continue;
            var names = Long(Section(Word(section + 0x28)) + 0x18);
            var library = Long(section + 0x18);
            for (var libraries = Word(section + 0x2c); libraries > 0; libraries--)
            {
                var version = library + Word(library + 8);
                for (var versions = Half(library + 2); versions > 0; versions--)
                {
                    if (Name(names + Word(version + 8)) == Version && (Half(version + 4) & Weak) == 0)
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan((int)version + 4), (ushort)(Half(version + 4) | Weak));
                        changed = true;
                    }
                    version += Word(version + 12);
                }
                library += Word(library + 12);
            }
        }
        return changed;
    }
}
