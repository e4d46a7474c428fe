namespace Estiba.Machines;

/// <summary>What makes the machines of instances, as the operator says it.</summary>
internal sealed record InstanceHookOptions
{
    /// <summary>The variable with what an address is sent as bearer token.</summary>
    internal const string TokenVariable = "ESTIBA_INSTANCE_HOOK_TOKEN";

    private static readonly TimeSpan UsualJoining = TimeSpan.FromMinutes(10);

    /// <summary>A program, by its absolute path; null where it is an address.</summary>
    internal string? Program { get; init; }

    /// <summary>An address; null where it is a program.</summary>
    internal Uri? Address { get; init; }

    /// <summary>The bearer token for the address; null for none.</summary>
    internal string? BearerToken { get; init; }

    /// <summary>How long a machine may take until its agent has joined.</summary>
    internal TimeSpan JoinWithin { get; init; } = UsualJoining;

    /// <summary>Why a text is no hook; null where it is one.</summary>
    internal static string? Complaint(string text)
    {
        if (AddressOf(text) is not { } address)
            return File.Exists(text) ? null : $"There is no file '{text}', or {Environment.UserName} may not see it.";
        return address.Scheme == Uri.UriSchemeHttps || address.IsLoopback
            ? null
            : $"'{text}' must begin with https: what it is sent lets a machine join.";
    }

    /// <summary>What was said on the command line, and is free of complaints.</summary>
    internal static InstanceHookOptions Of(string text, string? bearerToken, int? joinWithinSeconds) =>
        new()
        {
            // The program is started from another directory, and never looked up on the path.
            Program = AddressOf(text) is null ? Path.GetFullPath(text) : null,
            Address = AddressOf(text),
            BearerToken = string.IsNullOrEmpty(bearerToken) ? null : bearerToken,
            JoinWithin = joinWithinSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualJoining,
        };

    /// <summary>Where it is, without any secret.</summary>
    public override string ToString() => Program ?? Address!.Authority;

    private static Uri? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
}
