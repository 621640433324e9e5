using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AVServer.Runtime;

/// <summary>Registration of the models.</summary>
public static class RuntimeServices
{
    /// <summary>
    /// Adds <see cref="ModelRuntime"/> and its <see cref="RuntimeOptions"/>, bound to configuration and checked before the host starts.
    /// </summary>
    public static IServiceCollection AddModelRuntime(this IServiceCollection services)
    {
        services.AddOptions<RuntimeOptions>().BindConfiguration(RuntimeOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RuntimeOptions>, RuntimeOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ModelRuntime>();
        services.AddSingleton(provider => provider.GetRequiredService<ModelRuntime>().Store);
        return services;
    }
}
