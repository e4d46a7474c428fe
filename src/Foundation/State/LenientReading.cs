using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Estiba.State.Journals;

namespace Estiba.State;

/// <summary>
/// Reads a stored record although a member of it has another type than when it was written. Records hold structures of
/// AWS's contracts, and AWS retypes a member now and then: that costs the member, never a start.
/// </summary>
/// <remarks>
/// The smallest member that cannot be read is cut out of the text, and the rest is read. The text in the journal stays
/// as it is until the record changes, and the journal keeps what it was beyond that (<see cref="IJournal.KeepText"/>).
/// What a version does not know at all is passed over, and gone from the row once this version changes the record.
/// </remarks>
internal static class LenientReading
{
    /// <summary>A record in which more cannot be read is another one altogether.</summary>
    private const int MostMembers = 64;

    /// <param name="value">The record as UTF-8 JSON.</param>
    /// <param name="json">How it is read.</param>
    /// <param name="unread">The paths of the members that are left out; null for none.</param>
    /// <exception cref="JsonException">It cannot be read, with or without single members.</exception>
    internal static TRecord Read<TRecord>(
        ReadOnlySpan<byte> value,
        JsonTypeInfo<TRecord> json,
        out IReadOnlyList<string>? unread
    )
        where TRecord : class
    {
        try
        {
            unread = null;
            return ReadStrictly(value, json);
        }
        catch (JsonException fault)
        {
            return ReadWithout(value, json, fault, out unread);
        }
    }

    private static TRecord ReadStrictly<TRecord>(ReadOnlySpan<byte> value, JsonTypeInfo<TRecord> json)
        where TRecord : class =>
        JsonSerializer.Deserialize(value, json) ?? throw new JsonException("The record is null.");

    private static TRecord ReadWithout<TRecord>(
        ReadOnlySpan<byte> value,
        JsonTypeInfo<TRecord> json,
        JsonException fault,
        out IReadOnlyList<string> unread
    )
        where TRecord : class
    {
        var (text, next, members) = (value.ToArray(), fault, new List<string>());
        unread = members;
        while (members.Count < MostMembers && MemberCut.At(text, next) is var (rest, path))
        {
            members.Add(path);
            text = rest;
            try
            {
                return ReadStrictly(text, json);
            }
            catch (JsonException other)
            {
                next = other;
            }
        }

        throw fault;
    }
}
