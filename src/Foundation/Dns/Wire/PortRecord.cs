using Makaretu.Dns;

namespace Estiba.Dns.Wire;

/// <summary>
/// A record of the type SRV whose host is written out: in these nobody may refer to a name that was written before, and
/// there are resolvers that refuse it (RFC 2782, "Target").
/// </summary>
internal sealed class PortRecord : SRVRecord
{
    /// <inheritdoc/>
    public override void WriteData(WireWriter writer)
    {
        writer.WriteUInt16(Priority);
        writer.WriteUInt16(Weight);
        writer.WriteUInt16(Port);
        writer.WriteDomainName(Target, uncompressed: true);
    }
}
