namespace TorchSharp;

/// <summary>The name under which <c>RegisterComponents</c> registers a field, where it isn't the field's own.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ComponentNameAttribute : Attribute
{
    public ComponentNameAttribute()
    {
    }

    public ComponentNameAttribute(string name) => Name = name;

    public string? Name { get; set; }
}
