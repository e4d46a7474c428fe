namespace Estiba.Contracts;

/// <summary>
/// What holds for the tags of any resource ("Tagging your AWS resources"): a key is there once, those that begin with
/// <c>aws:</c> are AWS's own, and there are only so many. How a service says so is its own.
/// </summary>
/// <typeparam name="TTag">A tag as the service's contract has it.</typeparam>
/// <param name="key">A tag's key.</param>
/// <param name="value">A tag's value; null is an empty one.</param>
/// <param name="faults">How the service refuses tags.</param>
public sealed class TagRules<TTag>(Func<TTag, string?> key, Func<TTag, string?> value, TagFaults faults)
{
    /// <summary>Tells keys apart.</summary>
    public StringComparer Keys { get; init; } = StringComparer.Ordinal;

    /// <summary>In which order tags are kept.</summary>
    public TagOrder Order { get; init; } = TagOrder.AsPut;

    /// <summary>How many tags a resource may have, those of AWS's own apart.</summary>
    public int Most { get; init; } = 50;

    /// <summary>How many characters a key may have.</summary>
    public int LongestKey { get; init; } = 128;

    /// <summary>How many characters a value may have.</summary>
    public int LongestValue { get; init; } = 256;

    /// <summary>Checks tags that somebody wants a resource to have.</summary>
    /// <exception cref="AwsException">A tag is none that may be put, or a key is there twice.</exception>
    public void Check(IReadOnlyList<TTag> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        foreach (var tag in tags)
            Check(key(tag), value(tag));
        if (faults.Duplicate is not { } duplicate)
            return;
        var keys = new HashSet<string>(Keys);
        foreach (var tag in tags)
        {
            if (!keys.Add(key(tag)!))
                throw duplicate(key(tag)!);
        }
    }

    /// <summary>The tags of a resource after others were put: a key that is there gets the new value.</summary>
    /// <param name="existing">What it has.</param>
    /// <param name="added">What is put; of a key that is there twice, where that may be, the last counts.</param>
    /// <param name="tooMany">Refuses more than <see cref="Most"/>, given how many there would be; null as
    /// <see cref="TagFaults.TooMany"/> does.</param>
    /// <exception cref="AwsException">A tag is none that may be put, or there would be too many.</exception>
    public IReadOnlyList<TTag> Merge(
        IReadOnlyList<TTag> existing,
        IReadOnlyList<TTag> added,
        Func<int, AwsException>? tooMany = null
    )
    {
        Check(added);
        var merged = existing.ToList();
        foreach (var tag in added)
        {
            var place = merged.FindIndex(known => Keys.Equals(key(known), key(tag)));
            if (place >= 0 && Order == TagOrder.InPlace)
            {
                merged[place] = tag;
                continue;
            }

            if (place >= 0)
                merged.RemoveAt(place);
            merged.Add(tag);
        }

        var count = merged.Count(tag => !ReservedTags.Contains(key(tag)!));
        if (count > Most)
            throw (tooMany ?? faults.TooMany)(count);
        return Order == TagOrder.ByKey ? [.. merged.OrderBy(key, StringComparer.Ordinal)] : merged;
    }

    /// <summary>The tags that remain without some keys; a key that is not there is passed over.</summary>
    public IReadOnlyList<TTag> Without(IReadOnlyList<TTag> existing, IReadOnlyList<string> keys)
    {
        var gone = keys.ToHashSet(Keys);
        return [.. existing.Where(tag => !gone.Contains(key(tag)!))];
    }

    private void Check(string? name, string? text)
    {
        if (string.IsNullOrEmpty(name))
        {
            if (faults.NoKey is { } noKey)
                throw noKey();
            return;
        }

        if (faults.Reserved is { } reserved && ReservedTags.Contains(name))
            throw reserved(name);
        if (faults.ReservedValue is { } reservedValue && text is not null && ReservedTags.Contains(text))
            throw reservedValue(name);
        if (faults.LongKey is { } longKey && ShapeValidator.CharactersOf(name) > LongestKey)
            throw longKey(name);
        if (faults.LongValue is { } longValue && text is not null && ShapeValidator.CharactersOf(text) > LongestValue)
            throw longValue(name);
    }
}

/// <summary>In which order a resource's tags are kept.</summary>
public enum TagOrder
{
    /// <summary>As they were put: one that is put again comes last.</summary>
    AsPut,

    /// <summary>As they were put first: one that is put again keeps its place.</summary>
    InPlace,

    /// <summary>By key.</summary>
    ByKey,
}

/// <summary>How a service refuses tags. What has no words is not refused: the contract does, or nobody.</summary>
public sealed record TagFaults
{
    /// <summary>There would be too many; given how many.</summary>
    public required Func<int, AwsException> TooMany { get; init; }

    /// <summary>A key is missing or empty.</summary>
    public Func<AwsException>? NoKey { get; init; }

    /// <summary>A key begins with <c>aws:</c>; given the key.</summary>
    public Func<string, AwsException>? Reserved { get; init; }

    /// <summary>A value begins with <c>aws:</c>; given the key.</summary>
    public Func<string, AwsException>? ReservedValue { get; init; }

    /// <summary>A key is too long; given the key.</summary>
    public Func<string, AwsException>? LongKey { get; init; }

    /// <summary>A value is too long; given the key.</summary>
    public Func<string, AwsException>? LongValue { get; init; }

    /// <summary>A key is there twice; given the key.</summary>
    public Func<string, AwsException>? Duplicate { get; init; }
}

/// <summary>The tags that are AWS's own, and that nobody else may put or take.</summary>
public static class ReservedTags
{
    /// <summary>Whether a key or value is AWS's own: it begins with <c>aws:</c>, in any case.</summary>
    public static bool Contains(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("aws:", StringComparison.OrdinalIgnoreCase);
    }
}
