namespace Backprop.Devices;

/// <summary>The kernels of the processor, in C# alone. They know numbers and strides, not the names of operations.</summary>
static partial class Cpu
{
    /// <summary>Copies any view, broadcast to the shape of <paramref name="y"/>, into the new contiguous tensor.</summary>
    public static void Copy(Tensor x, Tensor y)
    {
        if (x.IsContiguous && x.Count == y.Count)
        {
            CopyBytes(x, y);
            return;
        }
        switch (y.DType.Size())
        {
            case 1: Copy<byte>(x, y); break;
            case 2: Copy<short>(x, y); break;
            case 4: Copy<int>(x, y); break;
            default: Copy<long>(x, y); break;
        }
    }

    static void Copy<T>(Tensor x, Tensor y) where T : unmanaged
    {
        if (y.Count == 0 || Transpose<T>(x, y)) return;
        var job = new CopyJob<T> { X = x, Y = y };
        Team.Run(Chunks.Of(y.Count), ref job);
    }

    struct CopyJob<T> : IJob where T : unmanaged
    {
        public Tensor X, Y;

        public readonly void Run(int chunk)
        {
            var start = chunk * Chunks.Elements;
            var walk = new StridedWalk<T>(X, Y.Shape, stackalloc int[StridedWalk<T>.Room(Y.Shape)]);
            if (start != 0) walk.Seek(start);
            walk.Read(Y.Elements<T>().Slice(start, Math.Min(Chunks.Elements, Y.Count - start)));
        }
    }

    static void CopyBytes(Tensor x, Tensor y)
    {
        var bytes = y.Bytes().Length;
        if (bytes <= CopyBytesJob.OfChunk)
        {
            x.Bytes().CopyTo(y.Bytes());
            return;
        }
        var job = new CopyBytesJob { X = x, Y = y };
        Team.Run((bytes + CopyBytesJob.OfChunk - 1) / CopyBytesJob.OfChunk, ref job);
    }

    struct CopyBytesJob : IJob
    {
        public const int OfChunk = 1 << 19;

        public Tensor X, Y;

        public readonly void Run(int chunk)
        {
            var from = X.Bytes()[(chunk * OfChunk)..];
            if (from.Length > OfChunk) from = from[..OfChunk];
            from.CopyTo(Y.Bytes()[(chunk * OfChunk)..]);
        }
    }

    /// <summary>Copies x into a view of the new tensor <paramref name="owner"/>, element by element in row-major order.</summary>
    public static void CopyInto(Tensor x, Tensor view, Tensor owner)
    {
        if (owner.Count == 1)
        {
            // A single element lives in the object itself, and the view has its own.
            if (x.Count == 1) Copy(x, owner);
            return;
        }
        switch (owner.DType.Size())
        {
            case 1: CopyInto<byte>(x, view); break;
            case 2: CopyInto<short>(x, view); break;
            case 4: CopyInto<int>(x, view); break;
            default: CopyInto<long>(x, view); break;
        }
    }

    static void CopyInto<T>(Tensor x, Tensor view) where T : unmanaged
    {
        if (x.Count == 0) return;
        new StridedWalk<T>(view, view.Shape, stackalloc int[StridedWalk<T>.Room(view.Shape)]).Write(x.Packed().Elements<T>());
    }

    /// <summary>Converts the elements of a contiguous tensor to another type, as a C# cast does; bool is 0 or 1.</summary>
    public static void Convert(Tensor x, Tensor y)
    {
        var from = new ConvertFrom { X = x, Y = y };
        x.DType.Dispatch(ref from);
    }

    struct ConvertFrom : ITypedAction
    {
        public Tensor X, Y;

        public void Run<T>() where T : unmanaged, System.Numerics.INumber<T>
        {
            var to = new ConvertTo<T> { X = X, Y = Y };
            Y.DType.Dispatch(ref to);
        }
    }

    struct ConvertTo<S> : ITypedAction where S : unmanaged, System.Numerics.INumber<S>
    {
        public Tensor X, Y;

        public void Run<T>() where T : unmanaged, System.Numerics.INumber<T>
        {
            Span<S> x = X.Elements<S>();
            var y = Y.Elements<T>();
            if (Y.DType == DType.Bool)
                for (var i = 0; i < x.Length; i++) y[i] = x[i] != S.Zero ? T.One : T.Zero;
            else
                for (var i = 0; i < x.Length; i++) y[i] = T.CreateTruncating(x[i]);
        }
    }
}
