using System.Text.Json;

namespace Estiba.State;

/// <summary>Cuts out of a JSON text the member at which reading it failed.</summary>
internal static class MemberCut
{
    /// <param name="text">The text, in one line as the journal has it.</param>
    /// <param name="fault">What says where: behind the token that could not be read, or within it.</param>
    /// <returns>The text without the innermost member there, and the member's path; null when there is none.</returns>
    internal static (byte[] Text, string Path)? At(byte[] text, JsonException fault)
    {
        if (fault.BytePositionInLine is not { } position || fault.LineNumber is > 0)
            return null;
        try
        {
            return Find(text, position) is var (start, end, path) ? (Without(text, start, end), path) : null;
        }
        catch (JsonException)
        {
            return null; // It is no JSON at all.
        }
    }

    private static (int Start, int End, string Path)? Find(byte[] text, long position)
    {
        var reader = new Utf8JsonReader(text);
        var open = new Stack<Member>();
        Member? named = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    named = new Member(reader.GetString(), (int)reader.TokenStartIndex, 0);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((named ?? Member.Unnamed) with { Value = (int)reader.TokenStartIndex });
                    named = null;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var ended = open.Pop();
                    if (ended.Name is not null && ended.Value < position && position <= reader.BytesConsumed)
                        return (ended.Start, (int)reader.BytesConsumed, PathOf(open, ended.Name));
                    break;
                default:
                    if (named is { } single && reader.TokenStartIndex < position && position <= reader.BytesConsumed)
                        return (single.Start, (int)reader.BytesConsumed, PathOf(open, single.Name!));
                    named = null;
                    break;
            }
        }

        return null;
    }

    private static string PathOf(Stack<Member> open, string name) =>
        string.Join('.', open.Reverse().Select(member => member.Name).Append(name).OfType<string>());

    /// <summary>A member goes with one of the commas around it.</summary>
    private static byte[] Without(byte[] text, int start, int end)
    {
        var (before, after) = (start - 1, end);
        while (IsSpace(text[before]))
            before--;
        while (IsSpace(text[after]))
            after++;
        if (text[after] == (byte)',')
            end = after + 1;
        else if (text[before] == (byte)',')
            start = before;
        return [.. text.AsSpan(0, start), .. text.AsSpan(end)];
    }

    private static bool IsSpace(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private readonly record struct Member(string? Name, int Start, int Value)
    {
        internal static readonly Member Unnamed = new(null, 0, 0);
    }
}
