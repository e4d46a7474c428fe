using System.Net;

namespace Estiba.Dns.Names;

/// <summary>A part of the platform that gives names. It is asked for every query, by many threads.</summary>
public interface INameSource
{
    /// <summary>What it knows of a name.</summary>
    /// <param name="name">In small letters, without a dot at its end.</param>
    /// <returns>Null where neither the name nor one above it is its own, so that others are asked.</returns>
    NameAnswer? Find(string name);

    /// <summary>All its names that stand for addresses, as a hosts file has them.</summary>
    IEnumerable<HostEntry> Hosts();
}

/// <summary>What is said of a name by whom it belongs to.</summary>
/// <param name="Zone">The topmost name that belongs to him, at or above the one that was asked for.</param>
/// <param name="Records">All records of the name, in any order; null where there is no such name.</param>
public sealed record NameAnswer(string Zone, IReadOnlyList<NameRecord>? Records)
{
    /// <summary>What the zone is; null for one that is remembered not to have a name for no longer than a
    /// second.</summary>
    public AuthorityRecord? Authority { get; init; }
}

/// <summary>A line of a hosts file.</summary>
/// <param name="Address">The address.</param>
/// <param name="Names">Its names.</param>
public sealed record HostEntry(IPAddress Address, IReadOnlyList<string> Names);
