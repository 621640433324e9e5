using System.Text.Json;

namespace AVServer.Runtime;

/// <summary>Names of a <see cref="ModelKind.LipPhones"/>'s files beside its network.</summary>
public static class LipPhoneFiles
{
    /// <summary>A <see cref="LipPhoneTable"/>.</summary>
    public const string Table = "phones.json";
}

/// <summary>What must be known of lips' phones beside the network. Written by the lab.</summary>
/// <param name="Priors">How often each label was shown in training.</param>
public sealed record LipPhoneTable(IReadOnlyList<float> Priors)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Reads the table of a model.</summary>
    /// <exception cref="InvalidDataException">It isn't one.</exception>
    public static LipPhoneTable Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return JsonSerializer.Deserialize<LipPhoneTable>(model.ReadFile(LipPhoneFiles.Table), Json) is { Priors: not null } table
            ? table
            : throw new InvalidDataException($"Expected priors in {LipPhoneFiles.Table} of {model.Manifest.Name}, got null.");
    }

    /// <summary>The table as it stands in the file.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}
