using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// A part of a network: parameters, buffers and smaller modules under names. A derived class sets them as fields and
        /// calls <see cref="RegisterComponents"/> at the end of its constructor, or registers them one by one.
        /// </summary>
        public abstract partial class Module : IDisposable
        {
            private readonly string _name;
            private readonly List<(string Name, Module Module)> _children = [];
            private readonly List<(string Name, Parameter Parameter)> _parameters = [];
            private readonly List<(string Name, Tensor Buffer, bool Persistent)> _buffers = [];

            protected Module(string name) => _name = name;

            /// <summary>Whether the module is being trained: dropout and batch statistics depend on it.</summary>
            public bool training { get; private set; } = true;

            public string GetName() => _name;

            /// <summary>Sets the mode of the module and all inside it.</summary>
            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var (_, child) in _children) child.train(train);
            }

            /// <summary>Sets the module and all inside it to evaluation.</summary>
            public void eval() => train(false);

            public void zero_grad()
            {
                foreach (var parameter in parameters()) parameter.grad = null;
            }

            /// <summary>Sets whether gradients are wanted for all parameters.</summary>
            public Module requires_grad_(bool requires_grad = true)
            {
                foreach (var parameter in parameters()) parameter.requires_grad_(requires_grad);
                return this;
            }

            /// <summary>Calls a function with every module inside this one, then with this one.</summary>
            public Module apply(Action<Module> fn)
            {
                foreach (var child in children()) child.apply(fn);
                fn(this);
                return this;
            }

            public void register_module(string name, Module submodule)
            {
                RefuseTaken(name);
                _children.Add((name, submodule));
            }

            /// <summary>Takes a parameter into the module, which disposes it; null registers nothing.</summary>
            public void register_parameter(string name, Parameter? param)
            {
                if (param is null) return;
                RefuseTaken(name);
                param.DetachFromDisposeScope();
                _parameters.Add((name, param));
            }

            /// <summary>Takes a tensor that isn't learnt into the module, which disposes it; null registers nothing.</summary>
            /// <param name="name">Its name in the state.</param>
            /// <param name="tensor">The tensor.</param>
            /// <param name="persistent">Whether it is part of the state.</param>
            public void register_buffer(string name, Tensor? tensor, bool persistent = true)
            {
                if (tensor is null) return;
                RefuseTaken(name);
                tensor.DetachFromDisposeScope();
                _buffers.Add((name, tensor, persistent));
            }

            /// <summary>Registers every field that holds a module, a parameter or a tensor, in the order in which the class declares them.</summary>
            protected void RegisterComponents()
            {
                foreach (var field in GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                {
                    var name = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
                    switch (field.GetValue(this))
                    {
                        case Module module when !_children.Any(child => ReferenceEquals(child.Module, module)):
                            register_module(name, module);
                            break;
                        case Parameter parameter when !_parameters.Any(own => ReferenceEquals(own.Parameter, parameter)):
                            register_parameter(name, parameter);
                            break;
                        case Tensor tensor and not Modules.Parameter when !_buffers.Any(own => ReferenceEquals(own.Buffer, tensor)):
                            register_buffer(name, tensor);
                            break;
                    }
                }
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Disposes the parameters, buffers and modules inside.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var (_, parameter) in _parameters) parameter.Dispose();
                foreach (var (_, buffer, _) in _buffers) buffer.Dispose();
                foreach (var (_, child) in _children) child.Dispose();
            }

            private void RefuseTaken(string name)
            {
                if (name.Contains('.', StringComparison.Ordinal))
                    throw new ArgumentException($"Expected a component name without a dot, got \"{name}\".", nameof(name));
                if (_children.Any(child => child.Name == name) || _parameters.Any(own => own.Name == name) || _buffers.Any(own => own.Name == name))
                    throw new ArgumentException($"Expected a new component name, got \"{name}\", which {_name} has already.", nameof(name));
            }
        }
    }
}
