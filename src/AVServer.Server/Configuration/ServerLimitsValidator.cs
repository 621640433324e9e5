using Microsoft.Extensions.Options;

namespace AVServer.Server.Configuration;

[OptionsValidator]
internal sealed partial class ServerLimitsValidator : IValidateOptions<ServerLimits>;
