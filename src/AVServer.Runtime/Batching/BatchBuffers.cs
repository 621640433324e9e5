using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>One worker's memory for batches of 1 to the largest size, bound to the session once for each size.</summary>
/// <remarks>Every size is a prefix of the same four stretches of memory, so a batch is never padded.</remarks>
internal sealed class BatchBuffers : IDisposable
{
    private readonly StreamingModel _model;
    private readonly Memory<float> _input;
    private readonly Memory<float> _cache;
    private readonly Memory<float> _output;
    private readonly Memory<float> _nextCache;
    private readonly Binding?[] _bindings;
    private readonly RunOptions _runOptions = new();

    public BatchBuffers(StreamingModel model, int maxBatch)
    {
        _model = model;
        _input = Pinned(model.InputLength);
        _cache = Pinned(model.CacheLength);
        _output = Pinned(model.OutputLength);
        _nextCache = Pinned(model.CacheLength);
        _bindings = new Binding?[maxBatch + 1];

        Memory<float> Pinned(int length) => TensorMemory.Pinned(checked(maxBatch * length));
    }

    /// <summary>Where member <paramref name="index"/>'s input goes.</summary>
    public Span<float> Input(int index) => Slot(_input, index, _model.InputLength);

    /// <summary>Where member <paramref name="index"/>'s cache goes.</summary>
    public Span<float> Cache(int index) => Slot(_cache, index, _model.CacheLength);

    /// <summary>Member <paramref name="index"/>'s output after a run.</summary>
    public ReadOnlySpan<float> Output(int index) => Slot(_output, index, _model.OutputLength);

    /// <summary>Member <paramref name="index"/>'s cache after a run.</summary>
    public ReadOnlySpan<float> NextCache(int index) => Slot(_nextCache, index, _model.CacheLength);

    /// <summary>Runs the first <paramref name="size"/> members as one batch.</summary>
    /// <exception cref="OnnxRuntimeException">The graph refuses the batch.</exception>
    public void Run(int size)
    {
        var binding = _bindings[size] ??= new Binding(_model, this, size);
        _model.Session.RunWithBinding(_runOptions, binding.Io);
    }

    public void Dispose()
    {
        foreach (var binding in _bindings) binding?.Dispose();
        _runOptions.Dispose();
    }

    private static Span<float> Slot(Memory<float> values, int index, int length) => values.Span.Slice(index * length, length);

    private sealed class Binding : IDisposable
    {
        private readonly OrtValue[] _values;

        public Binding(StreamingModel model, BatchBuffers buffers, int size)
        {
            Io = model.Session.CreateIoBinding();
            _values =
            [
                Value(buffers._input, model.InputLength, model.InputShape),
                Value(buffers._cache, model.CacheLength, model.CacheShape),
                Value(buffers._output, model.OutputLength, model.OutputShape),
                Value(buffers._nextCache, model.CacheLength, model.CacheShape),
            ];
            Io.BindInput(model.InputName, _values[0]);
            Io.BindInput(model.CacheName, _values[1]);
            Io.BindOutput(model.OutputName, _values[2]);
            Io.BindOutput(model.NextCacheName, _values[3]);

            OrtValue Value(Memory<float> values, int length, IReadOnlyList<int> shape) =>
                TensorMemory.View(values[..(size * length)], [size, .. shape.Select(axis => (long)axis)]);
        }

        public OrtIoBinding Io { get; }

        public void Dispose()
        {
            Io.Dispose();
            foreach (var value in _values) value.Dispose();
        }
    }
}
