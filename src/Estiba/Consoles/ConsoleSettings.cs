using System.Text.Json.Serialization;

namespace Estiba.Consoles;

/// <summary>
/// What the console's program is told: one line of JSON on its standard input, where no list of processes shows it.
/// </summary>
internal sealed record ConsoleSettings
{
    /// <summary>The path beneath which the console answers.</summary>
    internal const string Path = "/console";

    /// <summary>Where it listens: <c>unix:</c> and a path, or <c>http://</c> with an address and a port, 0 for any
    /// free one.</summary>
    public required string Listen { get; init; }

    /// <summary>Where the AWS APIs answer that it is a client of.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The region of what it shows.</summary>
    public required string Region { get; init; }

    /// <inheritdoc cref="Path"/>
    public string BasePath { get; init; } = Path;

    /// <summary>As whom one-time links sign in; null where there are none.</summary>
    public LinkSettings? Links { get; init; }

    /// <summary>The PEM file with the authority that signed the endpoint's certificate; null where the machine knows
    /// it.</summary>
    public string? Authority { get; init; }

    /// <summary>Where customers reach the APIs: what commands that are shown for copying name.</summary>
    public required string PublicUrl { get; init; }

    /// <summary>Where it listens, without the secrets.</summary>
    public override string ToString() => Listen;
}

/// <summary>With what one-time links are made, and the access key that they sign in with.</summary>
internal sealed record LinkSettings
{
    /// <inheritdoc cref="ConsoleLinks.Key"/>
    public required byte[] Key { get; init; }

    /// <summary>The access key.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>Its secret.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>The token of a temporary key; null for others.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The access key, without the secrets.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>What the program says once it listens: one line of JSON on its standard output.</summary>
/// <param name="Listening">Where, in the words of <see cref="ConsoleSettings.Listen"/>.</param>
internal sealed record ConsoleListening(string? Listening);

/// <summary>A link that a running platform has made.</summary>
/// <param name="Link">It opens the console signed in, once.</param>
internal sealed record ConsoleLink(string Link);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = false
)]
[JsonSerializable(typeof(ConsoleSettings))]
[JsonSerializable(typeof(ConsoleListening))]
[JsonSerializable(typeof(ConsoleLink))]
internal sealed partial class ConsoleJson : JsonSerializerContext;
