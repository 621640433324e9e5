using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            /// <summary>Parameters and persistent buffers by dotted name: the module's own tensors, not copies.</summary>
            public Dictionary<string, Tensor> state_dict()
            {
                var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                foreach (var (name, parameter) in AllParameters(true)) state.Add(name, parameter);
                foreach (var (name, buffer, persistent) in AllBuffers(true))
                    if (persistent) state.Add(name, buffer);
                return state;
            }

            /// <summary>Copies a state's values into the module's tensors.</summary>
            /// <param name="source">Values by name.</param>
            /// <param name="strict">Whether names on one side alone are an error.</param>
            /// <param name="skip">Names to leave as they are.</param>
            /// <returns>The names that the source lacked, and those that it had beyond the module's.</returns>
            /// <exception cref="InvalidOperationException">Names differ under <paramref name="strict"/>, or a shape differs.</exception>
            public (IList<string> missing_keys, IList<string> unexpected_keys) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var destination = state_dict();
                foreach (var name in skip ?? []) destination.Remove(name);
                var missing = destination.Keys.Where(name => !source.ContainsKey(name)).ToList();
                var unexpected = source.Keys.Where(name => !destination.ContainsKey(name) && skip?.Contains(name) != true).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException($"The state doesn't fit {_name}: it lacks [{string.Join(", ", missing)}] and has [{string.Join(", ", unexpected)}] beyond it.");
                using var mode = no_grad();
                foreach (var (name, tensor) in destination)
                {
                    if (!source.TryGetValue(name, out var value)) continue;
                    if (!tensor.shape.AsSpan().SequenceEqual(value.shape))
                        throw new InvalidOperationException($"Expected the shape [{string.Join(", ", tensor.shape)}] for \"{name}\" of {_name}, got [{string.Join(", ", value.shape)}].");
                    tensor.copy_(value);
                }
                return (missing, unexpected);
            }

            /// <summary>Writes the state in TorchSharp's own format.</summary>
            public Module save(string location, IList<string>? skip = null)
            {
                using var stream = File.Create(location);
                save(stream, skip);
                return this;
            }

            /// <summary>Writes the state in TorchSharp's own format.</summary>
            public Module save(Stream stream, IList<string>? skip = null)
            {
                var state = state_dict();
                foreach (var name in skip ?? []) state.Remove(name);
                StateFile.Write(stream, state);
                return this;
            }

            /// <summary>Reads a state that <see cref="save(string, IList{string})"/> wrote.</summary>
            public Module load(string location, bool strict = true, IList<string>? skip = null)
            {
                if (!File.Exists(location)) throw new FileNotFoundException($"Expected a checkpoint at {location}, found none.", location);
                using var stream = File.OpenRead(location);
                return load(stream, strict, skip);
            }

            /// <summary>Reads a state that <see cref="save(Stream, IList{string})"/> wrote.</summary>
            public Module load(Stream stream, bool strict = true, IList<string>? skip = null)
            {
                using var scope = NewDisposeScope();
                load_state_dict(StateFile.Read(stream), strict, skip);
                return this;
            }
        }
    }
}
