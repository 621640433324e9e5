using AVServer.Media.Ffmpeg;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AVServer.Media;

/// <summary>Registration of this project.</summary>
public static class MediaServices
{
    /// <summary>
    /// Adds <see cref="MediaDecoder"/>, <see cref="MediaFile"/>, <see cref="LiveCopy"/> and <see cref="FfmpegAvailability"/>, configured by
    /// section <see cref="MediaOptions.Section"/>.
    /// </summary>
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddOptions<MediaOptions>().BindConfiguration(MediaOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MediaOptions>, MediaOptionsValidator>();
        services.AddSingleton(provider => new MediaDecoder(provider.GetRequiredService<IOptions<MediaOptions>>().Value));
        services.AddSingleton(provider => new MediaFile(provider.GetRequiredService<IOptions<MediaOptions>>().Value));
        services.AddSingleton(provider => new LiveCopy(provider.GetRequiredService<IOptions<MediaOptions>>().Value));
        services.AddSingleton(provider => new FfmpegAvailability(provider.GetRequiredService<IOptions<MediaOptions>>().Value));
        services.AddHostedService<SandboxReport>();
        return services;
    }
}
