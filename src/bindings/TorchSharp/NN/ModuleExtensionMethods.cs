namespace TorchSharp;

/// <summary>What returns the module itself, with its own type.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Moves parameters and buffers to a device.</summary>
    public static T to<T>(this T module, torch.Device device) where T : torch.nn.Module => module.Moved(device, null);

    /// <summary>Converts parameters and buffers of floating point.</summary>
    public static T to<T>(this T module, torch.ScalarType type) where T : torch.nn.Module => module.Moved(null, type);

    /// <summary>Moves parameters and buffers to a device, and converts those of floating point.</summary>
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type) where T : torch.nn.Module => module.Moved(device, type);

    public static T cpu<T>(this T module) where T : torch.nn.Module => module.to(torch.CPU);

    public static T cuda<T>(this T module) where T : torch.nn.Module => module.to(torch.CUDA);

    internal static T Moved<T>(this T module, torch.Device? device, torch.ScalarType? type) where T : torch.nn.Module
    {
        if (device is not null || type is not null) module.Move(device, type);
        return module;
    }
}
