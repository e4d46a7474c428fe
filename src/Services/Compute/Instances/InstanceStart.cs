using System.Net;

namespace Estiba.Compute.Instances;

/// <summary>How far the start of an instance has come.</summary>
public sealed record InstanceStart
{
    private InstanceStart() { }

    /// <summary>The instance works.</summary>
    public static InstanceStart Done { get; } = new() { IsDone = true };

    /// <summary>Whether it works.</summary>
    public bool IsDone { get; private init; }

    /// <summary>The address of the machine that it is; null where it has the one that EC2 gave it.</summary>
    public IPAddress? Address { get; private init; }

    /// <summary>How soon to ask again; null where nobody need.</summary>
    public TimeSpan? AskAgain { get; private init; }

    /// <summary>What is in its way at the moment; null where nothing is.</summary>
    public string? Trouble { get; private init; }

    /// <summary>Why it will never work, so that it ends; null where it may.</summary>
    public string? Failure { get; private init; }

    /// <summary>It works, on a machine with an address of its own.</summary>
    public static InstanceStart DoneAt(IPAddress address) => Done with { Address = address };

    /// <summary>It does not work yet.</summary>
    public static InstanceStart Later(TimeSpan askAgain, string? trouble = null) =>
        new() { AskAgain = askAgain, Trouble = trouble };

    /// <summary>It never will.</summary>
    public static InstanceStart GivenUp(string failure) => new() { Failure = failure };
}
