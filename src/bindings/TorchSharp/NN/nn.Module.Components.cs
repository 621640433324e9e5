using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            /// <summary>The modules directly inside, with their names.</summary>
            public IEnumerable<(string name, Module module)> named_children() => _children;

            /// <summary>The modules directly inside.</summary>
            public IEnumerable<Module> children() => _children.Select(child => child.Module);

            /// <summary>All modules inside, at any depth, with dotted names.</summary>
            public IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (name, child) in _children)
                {
                    yield return (name, child);
                    foreach (var (inner, module) in child.named_modules()) yield return ($"{name}.{inner}", module);
                }
            }

            /// <summary>All modules inside, at any depth.</summary>
            public IEnumerable<Module> modules() => named_modules().Select(entry => entry.module);

            /// <summary>The parameters with dotted names; one shared by two modules comes once.</summary>
            public IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Parameter>();
                return AllParameters(recurse).Where(entry => seen.Add(entry.parameter));
            }

            public IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(entry => entry.parameter);

            /// <summary>The buffers with dotted names.</summary>
            public IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true) =>
                AllBuffers(recurse).Select(entry => (entry.Name, entry.Buffer));

            public IEnumerable<Tensor> buffers(bool recurse = true) => AllBuffers(recurse).Select(entry => entry.Buffer);

            /// <summary>The parameter of a dotted name; null when there is none.</summary>
            public Parameter? get_parameter(string target) => AllParameters(true).FirstOrDefault(entry => entry.name == target).parameter;

            /// <summary>The buffer of a dotted name; null when there is none.</summary>
            public Tensor? get_buffer(string target) => AllBuffers(true).FirstOrDefault(entry => entry.Name == target).Buffer;

            /// <summary>Moves parameters and buffers, and converts those of floating point; their handles stay.</summary>
            internal void Move(Device? device, ScalarType? dtype)
            {
                using var mode = no_grad();
                foreach (var tensor in AllParameters(true).Select(entry => (Tensor)entry.parameter).Concat(buffers()))
                {
                    var wanted = dtype is { } type && tensor.is_floating_point() ? type : tensor.dtype;
                    if (wanted == tensor.dtype && (device is null || device == tensor.device)) continue;
                    var requires = tensor.requires_grad;
                    tensor.ReplaceHandle(tensor.detach().to(wanted, device ?? tensor.device).MoveHandle());
                    tensor.requires_grad_(requires);
                }
            }

            private IEnumerable<(string name, Parameter parameter)> AllParameters(bool recurse)
            {
                foreach (var own in _parameters) yield return own;
                if (!recurse) yield break;
                foreach (var (name, child) in _children)
                    foreach (var (inner, parameter) in child.AllParameters(true)) yield return ($"{name}.{inner}", parameter);
            }

            private IEnumerable<(string Name, Tensor Buffer, bool Persistent)> AllBuffers(bool recurse)
            {
                foreach (var own in _buffers) yield return own;
                if (!recurse) yield break;
                foreach (var (name, child) in _children)
                    foreach (var (inner, buffer, persistent) in child.AllBuffers(true)) yield return ($"{name}.{inner}", buffer, persistent);
            }
        }
    }
}
