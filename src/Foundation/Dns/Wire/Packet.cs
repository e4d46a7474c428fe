using System.Buffers.Binary;
using System.Net;
using System.Text;
using Estiba.Dns.Names;

namespace Estiba.Dns.Wire;

/// <summary>
/// What is looked at in packets that others have written and others will read, without taking them apart (RFC 1035, 4).
/// </summary>
internal static class Packet
{
    internal const int HeaderLength = 12;

    private const int FlagsAt = 2;
    private const int CountsAt = 4;
    private const int ResponseFlag = 0x80;
    private const int TruncatedFlag = 0x02;
    private const int OpcodeAndRecursionDesired = 0x79;
    private const int CodeMask = 0x0F;
    private const int RecursionAvailableFlag = 0x80;
    private const int AddressType = 1;
    private const int LongAddressType = 28;
    private const int PointerFlags = 0xC0;
    private const int LongestLabel = 63;
    private const int ExtensionsType = 41;
    private const int ExtensionsLength = 11;
    private const int FormatError = 1;
    private const int ServerFailure = 2;
    private const int NotImplemented = 4;
    private const int Refused = 5;

    /// <summary>Whether it is a query as far as its header goes. What is an answer is never answered.</summary>
    internal static bool IsQuery(ReadOnlySpan<byte> packet) =>
        packet.Length >= HeaderLength && (packet[FlagsAt] & ResponseFlag) == 0;

    /// <summary>Whether a server says that it cannot or will not help, so that another one is asked.</summary>
    internal static bool IsFailure(ReadOnlySpan<byte> answer) =>
        (answer[FlagsAt + 1] & CodeMask) is ServerFailure or NotImplemented or Refused;

    /// <summary>Whether it answers this query: the same id, and the same question.</summary>
    internal static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query)
    {
        if (
            answer.Length < HeaderLength
            || (answer[FlagsAt] & ResponseFlag) == 0
            || !answer[..2].SequenceEqual(query[..2])
        )
            return false;
        // Servers that fail at a question do not always repeat it.
        if (BinaryPrimitives.ReadUInt16BigEndian(answer[CountsAt..]) == 0)
            return (answer[FlagsAt + 1] & CodeMask) != 0;
        var end = QuestionEnd(query);
        return answer.Length >= end && Ascii.EqualsIgnoreCase(answer[HeaderLength..end], query[HeaderLength..end]);
    }

    /// <summary>What kind of query it is: 0 for the usual one.</summary>
    internal static int OpcodeOf(ReadOnlySpan<byte> packet) => (packet[FlagsAt] >> 3) & 0x0F;

    /// <summary>Whether the client wants others to be asked.</summary>
    internal static bool WantsRecursion(ReadOnlySpan<byte> packet) => (packet[FlagsAt] & 1) != 0;

    /// <summary>Whether it has one question, and no records that belong into answers.</summary>
    internal static bool HasOneQuestion(ReadOnlySpan<byte> packet) =>
        packet.Slice(CountsAt, 6).SequenceEqual((ReadOnlySpan<byte>)[0, 1, 0, 0, 0, 0]);

    /// <summary>How many records it has after its question.</summary>
    internal static int AdditionalOf(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt16BigEndian(packet[(CountsAt + 6)..]);

    /// <summary>An answer without records, with the question of its query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="questionEnd">Where its question ends; that of the header where it has none.</param>
    /// <param name="status">The code, of twelve bits, of which the header has four (RFC 6891).</param>
    /// <param name="size">The size of datagrams in the extensions; null for none.</param>
    internal static byte[] WithoutRecords(ReadOnlySpan<byte> query, int questionEnd, int status, int? size)
    {
        var answer = new byte[questionEnd + (size is null ? 0 : ExtensionsLength)];
        query[..questionEnd].CopyTo(answer);
        answer[FlagsAt] = (byte)(ResponseFlag | (query[FlagsAt] & OpcodeAndRecursionDesired));
        answer[FlagsAt + 1] = (byte)(RecursionAvailableFlag | (status & CodeMask));
        answer.AsSpan(CountsAt, 8).Clear();
        answer[CountsAt + 1] = (byte)(questionEnd > HeaderLength ? 1 : 0);
        if (size is not { } bytes)
            return answer;
        answer[CountsAt + 7] = 1;
        var extensions = answer.AsSpan(questionEnd);
        extensions[2] = ExtensionsType;
        BinaryPrimitives.WriteUInt16BigEndian(extensions[3..], (ushort)bytes);
        extensions[5] = (byte)(status >> 4);
        return answer;
    }

    /// <summary>The same answer, saying that there are more records than fit.</summary>
    internal static byte[] Truncated(byte[] answer)
    {
        answer[FlagsAt] |= TruncatedFlag;
        return answer;
    }

    /// <summary>An answer without its records, saying that they do not fit.</summary>
    internal static byte[] Truncated(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query)
    {
        var cut = answer[..QuestionEnd(query)].ToArray();
        cut.AsSpan(CountsAt + 2, 6).Clear();
        return Truncated(cut);
    }

    /// <summary>The addresses in an answer of somebody else's, whatever name they have there: the last of those that
    /// stand for the one that was asked for.</summary>
    internal static List<AddressRecord> AddressesIn(ReadOnlySpan<byte> answer)
    {
        const int FixedPart = 10;
        var addresses = new List<AddressRecord>();
        var at = HeaderLength;
        if (BinaryPrimitives.ReadUInt16BigEndian(answer[CountsAt..]) != 1 || !PassName(answer, ref at))
            return addresses;
        at += 2 * sizeof(ushort);
        for (int count = BinaryPrimitives.ReadUInt16BigEndian(answer[(CountsAt + 2)..]); count > 0; count--)
        {
            if (!PassName(answer, ref at) || at + FixedPart > answer.Length)
                break;
            var record = answer[at..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(record[8..]);
            at += FixedPart + length;
            if (at > answer.Length)
                break;
            if ((BinaryPrimitives.ReadUInt16BigEndian(record), length) is (AddressType, 4) or (LongAddressType, 16))
                addresses.Add(
                    new AddressRecord(new IPAddress(record.Slice(FixedPart, length)))
                    {
                        TimeToLive = TimeSpan.FromSeconds(
                            BinaryPrimitives.ReadUInt32BigEndian(record[4..]) & int.MaxValue
                        ),
                    }
                );
        }

        return addresses;
    }

    /// <summary>Goes behind a name, without following what it refers to; false where the packet ends in it.</summary>
    internal static bool PassName(ReadOnlySpan<byte> packet, ref int at)
    {
        while (at < packet.Length)
        {
            var length = packet[at];
            if ((length & PointerFlags) == PointerFlags)
            {
                at += 2;
                return true;
            }

            if (length > LongestLabel)
                return false;
            at += 1 + length;
            if (length == 0)
                return true;
        }

        return false;
    }

    /// <summary>What a packet is answered of which no more than the header can be read.</summary>
    internal static byte[] Malformed(ReadOnlySpan<byte> packet)
    {
        var answer = new byte[HeaderLength];
        packet[..FlagsAt].CopyTo(answer);
        answer[FlagsAt] = (byte)(ResponseFlag | (packet[FlagsAt] & OpcodeAndRecursionDesired));
        answer[FlagsAt + 1] = FormatError;
        return answer;
    }

    // The question of a query that was read already: labels, then type and class.
    private static int QuestionEnd(ReadOnlySpan<byte> query)
    {
        var at = HeaderLength;
        while (query[at] != 0)
            at += query[at] + 1;
        return at + 1 + (2 * sizeof(ushort));
    }
}
