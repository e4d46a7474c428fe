using System.Buffers.Binary;
using System.Text;
using Makaretu.Dns;

namespace Estiba.Dns.Wire;

/// <summary>A query that was read, and answers to it.</summary>
/// <remarks>
/// What strangers send is read here and not by the library, which follows a name of any length into the depth. It
/// writes answers, whose names are the platform's own.
/// </remarks>
internal sealed class Query
{
    /// <summary>What goes through every network in one piece ("DNS Flag Day 2020").</summary>
    internal const int LargestDatagram = 1232;

    private const int SmallestDatagram = 512;
    private const int LongestName = 255;
    private const int LongestLabel = 63;
    private const int MostRecords = 8;
    private const int Opt = 41;

    private readonly byte[] _packet;
    private readonly bool _overTcp;
    private string[] _labels = [];
    private int _questionEnd = Packet.HeaderLength;
    private DnsClass _class;
    private bool _isExtended;
    private int _size = SmallestDatagram;
    private int _version;

    private Query(byte[] packet, bool overTcp) => (_packet, _overTcp) = (packet, overTcp);

    /// <summary>The name that is asked for, in small letters; null where it is no name that anybody here could
    /// have.</summary>
    internal string? Name { get; private set; }

    /// <summary>The same as the client has written it, which an answer repeats.</summary>
    internal DomainName AskedName => new(_labels);

    /// <summary>The type that is asked for.</summary>
    internal DnsType Type { get; private set; }

    /// <summary>Why it is refused before anybody looks for the name; null for a usual query.</summary>
    internal MessageStatus? Fault { get; private set; }

    /// <summary>Whether it is about the Internet's names.</summary>
    internal bool IsInternet => _class is DnsClass.IN or DnsClass.ANY;

    private int Limit => _overTcp ? ushort.MaxValue : Math.Clamp(_size, SmallestDatagram, LargestDatagram);

    /// <summary>Reads it; null where it cannot be read.</summary>
    /// <param name="packet">At least a header, and no answer.</param>
    /// <param name="overTcp">Whether its answer may be large.</param>
    internal static Query? Read(ReadOnlyMemory<byte> packet, bool overTcp)
    {
        var query = new Query(packet.ToArray(), overTcp);
        if (Packet.OpcodeOf(packet.Span) != 0)
            query.Fault = MessageStatus.NotImplemented;
        else if (!Packet.HasOneQuestion(packet.Span))
            query.Fault = MessageStatus.FormatError;
        else if (!query.ReadQuestion() || !query.ReadAdditional())
            return null;
        else if (query._version > 0)
            query.Fault = MessageStatus.BadVersion;
        return query;
    }

    /// <summary>An answer that says that nothing comes of it.</summary>
    internal byte[] Failed(MessageStatus status) =>
        Packet.WithoutRecords(_packet, _questionEnd, (int)status, _isExtended ? LargestDatagram : null);

    /// <summary>An answer with the authority of whom the name belongs to.</summary>
    /// <param name="status">Whether the name is there.</param>
    /// <param name="answers">The records.</param>
    /// <param name="authority">Says for how long nothing is to be looked for, where there is none; null where there are
    /// some.</param>
    internal byte[] Answered(MessageStatus status, IEnumerable<ResourceRecord> answers, ResourceRecord? authority)
    {
        var answer = new Message
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(_packet),
            QR = true,
            AA = true,
            RD = Packet.WantsRecursion(_packet),
            RA = true,
            Status = status,
        };
        answer.Questions.Add(
            new Question
            {
                Name = AskedName,
                Type = Type,
                Class = _class,
            }
        );
        answer.Answers.AddRange(answers);
        if (authority is not null)
            answer.AuthorityRecords.Add(authority);
        if (_isExtended)
            answer.AdditionalRecords.Add(new OPTRecord { RequestorPayloadSize = LargestDatagram });
        var written = answer.ToByteArray();
        return written.Length <= Limit ? written : Packet.Truncated(Failed(status));
    }

    private bool ReadQuestion()
    {
        var labels = new List<string>();
        var at = Packet.HeaderLength;
        while (at < _packet.Length && _packet[at] is not 0 and var length)
        {
            if (
                length > LongestLabel
                || at + length - Packet.HeaderLength > LongestName
                || at + 1 + length >= _packet.Length
            )
                return false;
            labels.Add(Encoding.Latin1.GetString(_packet, at + 1, length));
            at += 1 + length;
        }

        at++;
        if (at - Packet.HeaderLength > LongestName || at + (2 * sizeof(ushort)) > _packet.Length)
            return false;
        Type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(_packet.AsSpan(at));
        _class = (DnsClass)BinaryPrimitives.ReadUInt16BigEndian(_packet.AsSpan(at + sizeof(ushort)));
        _questionEnd = at + (2 * sizeof(ushort));
        _labels = [.. labels];
        Name = labels.TrueForAll(IsPlain) ? string.Join('.', labels).ToLowerInvariant() : null;
        return true;
    }

    /// <summary>Looks for the extensions; whatever else is there is passed over (RFC 6891).</summary>
    private bool ReadAdditional()
    {
        const int FixedPart = 10;
        var count = Packet.AdditionalOf(_packet);
        if (count > MostRecords)
            return false;
        var at = _questionEnd;
        for (; count > 0; count--)
        {
            var isRoot = at < _packet.Length && _packet[at] == 0;
            if (!Packet.PassName(_packet, ref at) || at + FixedPart > _packet.Length)
                return false;
            var record = _packet.AsSpan(at);
            if (BinaryPrimitives.ReadUInt16BigEndian(record) == Opt)
            {
                if (_isExtended || !isRoot)
                    return false;
                _isExtended = true;
                _size = BinaryPrimitives.ReadUInt16BigEndian(record[2..]);
                _version = record[5];
            }

            at += FixedPart + BinaryPrimitives.ReadUInt16BigEndian(record[8..]);
            if (at > _packet.Length)
                return false;
        }

        return true;
    }

    // A label may hold any byte, and a dot too, which no name here has.
    private static bool IsPlain(string label) => label.All(letter => char.IsAscii(letter) && letter != '.');
}
