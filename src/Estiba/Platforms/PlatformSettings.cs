using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.CommandLine;
using Estiba.Files;

namespace Estiba.Platforms;

/// <summary>
/// What a platform was started with, as its data directory keeps it: the next start takes what its options do not say
/// from here, and so do <c>estiba env</c>, <c>status</c> and <c>token</c>.
/// </summary>
internal sealed record PlatformSettings
{
    internal const string FileName = "settings.json";

    /// <summary>The region that is used where none is named.</summary>
    public string? Region { get; init; }

    /// <summary>The port on which every service answers.</summary>
    public int? Port { get; init; }

    /// <summary>The account of the platform's own key.</summary>
    public string? Account { get; init; }

    /// <summary>The address to listen on.</summary>
    public string? Bind { get; init; }

    /// <summary>The address or name that other machines reach it at.</summary>
    public string? Advertise { get; init; }

    /// <summary>The file with the server's certificate.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file with its key.</summary>
    public string? Key { get; init; }

    /// <summary>The file with the authority that clients have to be told.</summary>
    public string? Authority { get; init; }

    /// <summary>
    /// The first half of SHA-256 of the rest; null where somebody has written the file by hand, without it.
    /// </summary>
    public string? Checksum { get; init; }

    /// <summary>
    /// What a data directory was started with last; nothing where it was not, or by an Estiba that did not keep it.
    /// </summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    internal static PlatformSettings Read(DataLayout layout)
    {
        var path = Path.Combine(layout.Root, FileName);
        try
        {
            var settings = JsonSerializer.Deserialize(File.ReadAllBytes(path), SettingsJson.Default.PlatformSettings)
                ?? new();
            return settings.Checksum is null || settings.Checksum == settings.SumOfTheRest()
                ? settings
                : throw new CommandException(
                    $"{path} is damaged, or was changed. Remove it, and say with options what it said; or remove "
                        + "its checksum."
                );
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new CommandException(
                $"{layout.Root} belongs to another user. Say which directory is yours: --data",
                inner: denied
            );
        }
        catch (Exception damaged) when (damaged is JsonException or IOException)
        {
            throw new CommandException(
                $"{path} cannot be read: {damaged.Message} Remove it, and say with options what it said.",
                inner: damaged
            );
        }
    }

    /// <summary>What a platform is started with.</summary>
    internal static PlatformSettings Of(PlatformConfiguration configuration) =>
        new()
        {
            Region = configuration.Region,
            Port = configuration.Port,
            Account = configuration.AccountId,
            Bind = configuration.Bind?.ToString(),
            Advertise = configuration.Advertise,
            Certificate = configuration.Certificate?.Certificate,
            Key = configuration.Certificate?.Key,
            Authority = configuration.Certificate?.Authority,
        };

    /// <summary>Keeps it; a process that is killed meanwhile leaves the old one.</summary>
    internal void Write(DataLayout layout) =>
        DurableFile.Write(
            Path.Combine(layout.Root, FileName),
            JsonSerializer.SerializeToUtf8Bytes(
                this with
                {
                    Checksum = SumOfTheRest(),
                },
                SettingsJson.Default.PlatformSettings
            )
        );

    private string SumOfTheRest() =>
        Convert.ToHexStringLower(
            SHA256
                .HashData(
                    JsonSerializer.SerializeToUtf8Bytes(
                        this with
                        {
                            Checksum = null,
                        },
                        SettingsJson.Default.PlatformSettings
                    )
                )
                .AsSpan(0, 16)
        );

    /// <summary>The address to listen on; null is this machine only.</summary>
    [JsonIgnore]
    internal IPAddress? BoundAddress => IPAddress.TryParse(Bind, out var address) ? address : null;
}

/// <summary>How settings are written.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(PlatformSettings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
