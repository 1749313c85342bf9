using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Backprop.Text;

/// <summary>Arrays as text, character for character as NumPy 1.24 writes them.</summary>
internal static class NumPyFormat
{
    /// <summary>An array whose elements lie in row-major order as text.</summary>
    /// <param name="values">All elements.</param>
    /// <param name="shape">The sizes along the axes; none for a scalar.</param>
    /// <param name="options">How much is shown; null for the defaults.</param>
    /// <param name="style">As Python's <c>str</c> or <c>repr</c>.</param>
    internal static string Format<T>(
        ReadOnlySpan<T> values, ReadOnlySpan<int> shape, PrintOptions? options = null, PrintStyle style = PrintStyle.Str)
        where T : unmanaged
    {
        Span<int> strides = stackalloc int[shape.Length];
        var step = 1;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step = unchecked(step * shape[axis]);
        }
        return Format(values, shape, strides, 0, options, style);
    }

    /// <summary>
    /// A strided array as text. Of an array that is shown shortened, only the elements shown are read: its size costs nothing.
    /// </summary>
    /// <param name="storage">Memory that holds the elements.</param>
    /// <param name="shape">The sizes along the axes; none for a scalar.</param>
    /// <param name="strides">How many elements lie between neighbours along each axis; 0 and negative steps may occur.</param>
    /// <param name="offset">Where in the memory the first element lies.</param>
    /// <param name="options">How much is shown; null for the defaults.</param>
    /// <param name="style">As Python's <c>str</c> or <c>repr</c>.</param>
    internal static string Format<T>(
        ReadOnlySpan<T> storage, ReadOnlySpan<int> shape, ReadOnlySpan<int> strides, int offset,
        PrintOptions? options = null, PrintStyle style = PrintStyle.Str) where T : unmanaged
    {
        options ??= PrintOptions.Default;
        if (shape.Contains(0)) return style == PrintStyle.Str ? "[]" : Empty<T>(shape, options);
        if (shape.IsEmpty && style == PrintStyle.Str) return Scalar(storage[offset]);
        var shown = Shown(shape, options);
        var elements = new List<T>();
        Gather(storage, shape, strides, shown, offset, elements);
        var words = Words<T>(CollectionsMarshal.AsSpan(elements), shape.IsEmpty, options);
        if (style == PrintStyle.Str) return new Layout(words, shown, shape.ToArray(), " ", 0, options.LineWidth).Text();
        var implied = typeof(T) == typeof(double) || typeof(T) == typeof(long) || typeof(T) == typeof(bool);
        var text = "array(" + new Layout(words, shown, shape.ToArray(), ", ", "array(".Length, options.LineWidth - 1).Text();
        return implied ? text + ")" : WithType<T>(text + ",", options);
    }

    static string Scalar<T>(T value) where T : unmanaged =>
        typeof(T) == typeof(double) ? FloatText.Scalar((double)(object)value, single: false)
        : typeof(T) == typeof(float) ? FloatText.Scalar((float)(object)value, single: true)
        : Words<T>([value], scalar: true, PrintOptions.Default)[0];

    static string Empty<T>(ReadOnlySpan<int> shape, PrintOptions options) =>
        WithType<T>(shape.Length == 1 ? "array([]," : $"array([], shape=({string.Join(", ", shape.ToArray())}),", options);

    static string WithType<T>(string text, PrintOptions options)
    {
        var type = $"dtype={TypeName<T>()})";
        var lastLine = text.Length - (text.LastIndexOf('\n') + 1);
        return lastLine + type.Length + 1 > options.LineWidth ? $"{text}\n      {type}" : $"{text} {type}";
    }

    static string TypeName<T>() =>
        typeof(T) == typeof(bool) ? "bool"
        : typeof(T) == typeof(sbyte) ? "int8"
        : typeof(T) == typeof(short) ? "int16"
        : typeof(T) == typeof(int) ? "int32"
        : typeof(T) == typeof(long) ? "int64"
        : typeof(T) == typeof(byte) ? "uint8"
        : typeof(T) == typeof(ushort) ? "uint16"
        : typeof(T) == typeof(uint) ? "uint32"
        : typeof(T) == typeof(ulong) ? "uint64"
        : typeof(T) == typeof(float) ? "float32"
        : typeof(T) == typeof(double) ? "float64"
        : throw new NotSupportedException($"NumPyFormat: {typeof(T).Name} is not an element type.");

    // How many elements of each axis are shown: all, or those at its two ends.
    static int[] Shown(ReadOnlySpan<int> shape, PrintOptions options)
    {
        var shown = shape.ToArray();
        long count = 1;
        // No product passes 2⁶²: past the threshold its exact value does not matter.
        foreach (var size in shape) count = Math.Min(count * size, int.MaxValue + 1L);
        if (count > options.Threshold)
            for (var axis = 0; axis < shown.Length; axis++) shown[axis] = (int)Math.Min(shown[axis], 2L * options.EdgeItems);
        return shown;
    }

    static void Gather<T>(
        ReadOnlySpan<T> storage, ReadOnlySpan<int> shape, ReadOnlySpan<int> strides, ReadOnlySpan<int> shown, int offset, List<T> elements)
    {
        if (shape.IsEmpty)
        {
            elements.Add(storage[offset]);
            return;
        }
        for (var i = 0; i < shown[0]; i++)
        {
            var index = i < shown[0] / 2 ? i : shape[0] - shown[0] + i;
            Gather(storage, shape[1..], strides[1..], shown[1..], offset + index * strides[0], elements);
        }
    }

    static string[] Words<T>(ReadOnlySpan<T> values, bool scalar, PrintOptions options) where T : unmanaged
    {
        var words = new string[values.Length];
        if (typeof(T) == typeof(bool))
            for (var i = 0; i < words.Length; i++) words[i] = !(bool)(object)values[i] ? "False" : scalar ? "True" : " True";
        else if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            var single = typeof(T) == typeof(float);
            var numbers = new double[values.Length];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = single ? (float)(object)values[i] : (double)(object)values[i];
            var text = new FloatText(numbers, single, options);
            for (var i = 0; i < words.Length; i++) words[i] = text.Format(numbers[i]);
        }
        else
        {
            for (var i = 0; i < words.Length; i++) words[i] = ((IFormattable)values[i]).ToString(null, CultureInfo.InvariantCulture);
            var width = words.Max(word => word.Length);
            for (var i = 0; i < words.Length; i++) words[i] = words[i].PadLeft(width);
        }
        return words;
    }

    /// <summary>Sets words that are all there is to show into brackets and lines.</summary>
    /// <param name="words">The elements that are shown, in row-major order.</param>
    /// <param name="shown">How many are shown along each axis.</param>
    /// <param name="shape">How many there are; where more than are shown, dots stand in the middle.</param>
    /// <param name="separator">What stands between neighbours.</param>
    /// <param name="indent">The columns to the left of the outermost bracket.</param>
    /// <param name="lineWidth">The columns that a line may take.</param>
    sealed class Layout(string[] words, int[] shown, int[] shape, string separator, int indent, int lineWidth)
    {
        readonly StringBuilder text = new();
        int next;

        internal string Text()
        {
            Write(0);
            return text.ToString();
        }

        void Write(int axis)
        {
            if (axis == shape.Length) text.Append(words[next++]);
            else
            {
                text.Append('[');
                if (axis == shape.Length - 1) WriteRow(axis);
                else WriteRows(axis);
                text.Append(']');
            }
        }

        void WriteRows(int axis)
        {
            for (var i = 0; i < shown[axis]; i++)
            {
                if (i > 0) Break();
                if (IsGap(axis, i))
                {
                    text.Append("...");
                    Break();
                }
                Write(axis + 1);
            }

            void Break() => text.Append(separator.TrimEnd()).Append('\n', shape.Length - axis - 1).Append(' ', indent + axis + 1);
        }

        // The innermost axis: words are set until the line is full.
        void WriteRow(int axis)
        {
            var start = indent + axis + 1;
            var width = lineWidth - axis - 1;
            var column = start;
            for (var i = 0; i < shown[axis]; i++)
            {
                if (IsGap(axis, i)) Set("...", last: false);
                Set(words[next++], last: i == shown[axis] - 1);
            }

            void Set(string word, bool last)
            {
                if (column + word.Length > width && column > start)
                {
                    while (text[^1] == ' ') text.Length--;
                    text.Append('\n').Append(' ', start);
                    column = start;
                }
                text.Append(word);
                if (!last) text.Append(separator);
                column += word.Length + separator.Length;
            }
        }

        bool IsGap(int axis, int i) => shown[axis] < shape[axis] && i == shown[axis] / 2;
    }
}
