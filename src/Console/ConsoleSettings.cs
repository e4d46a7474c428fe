using System.Text.Json;

namespace Estiba.Console;

/// <summary>What the console shows, where it listens, and as whom its links sign in.</summary>
/// <remarks>Comes as one line on standard input, where no list of processes shows it.</remarks>
public sealed record ConsoleSettings
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Where to listen: <c>unix:/path</c>, or an address of this machine such as
    /// <c>http://127.0.0.1:0</c>.</summary>
    public required string Listen { get; init; }

    /// <summary>Where the AWS APIs answer that it is a client of.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region of what it shows.</summary>
    public required string Region { get; init; }

    /// <summary>Where the console is in an address.</summary>
    public string BasePath { get; init; } = "/console";

    /// <summary>What one-time links are made with; null where there are none.</summary>
    public LinkSettings? Links { get; init; }

    /// <summary>The file with the certificate of the authority that the endpoint's own is from; null where the
    /// machine's authorities know it.</summary>
    public string? Authority { get; init; }

    /// <summary>What commands to copy name as the endpoint; null for <see cref="Endpoint"/>.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The address that people and their programs use.</summary>
    internal Uri Shown => PublicUrl ?? Endpoint;

    /// <summary>The path of the socket to listen on; null for an address.</summary>
    internal string? SocketPath => Listen.StartsWith("unix:", StringComparison.Ordinal) ? Listen[5..] : null;

    /// <summary>Reads the settings.</summary>
    /// <param name="line">The line, JSON.</param>
    /// <exception cref="InvalidDataException">It is not what it should be; the message says why.</exception>
    internal static ConsoleSettings Parse(string line)
    {
        ConsoleSettings settings;
        try
        {
            settings = JsonSerializer.Deserialize<ConsoleSettings>(line, Json)
                ?? throw new InvalidDataException("The settings are null.");
        }
        catch (JsonException malformed)
        {
            // Not its message, which may hold a piece of what it read.
            throw new InvalidDataException(
                $"The settings are wrong at {malformed.Path ?? "their beginning"}.",
                malformed
            );
        }

        if (!settings.BasePath.StartsWith('/') || settings.BasePath.EndsWith('/'))
            throw new InvalidDataException("basePath begins with a slash and does not end with one.");
        if (settings.SocketPath is null && !Uri.TryCreate(settings.Listen, UriKind.Absolute, out _))
            throw new InvalidDataException("listen is unix:/path or an address such as http://127.0.0.1:0.");
        return settings;
    }
}

/// <summary>What one-time links are made with, and whom they sign in.</summary>
public sealed record LinkSettings
{
    /// <summary>The secret that the links' codes are made with, 32 bytes.</summary>
    public required byte[] Key { get; init; }

    /// <summary>The access key that a link signs in with.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>Its secret.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>Its session token, when it is temporary.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The access key alone, so that no secret reaches a log.</summary>
    public override string ToString() => AccessKeyId;
}
