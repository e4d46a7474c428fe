using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Estiba.LoadBalancing.TrustStores;

/// <summary>The certificates that a certificate revocation list names (RFC 5280, 5.1).</summary>
/// <param name="Issuer">The name of the authority that has taken them back, as it is encoded.</param>
/// <param name="SerialNumbers">Their serial numbers in hexadecimal digits.</param>
internal sealed record RevocationList(ReadOnlyMemory<byte> Issuer, IReadOnlySet<string> SerialNumbers)
{
    private const string Label = "X509 CRL";

    /// <summary>Whether it names a certificate.</summary>
    internal bool Names(X509Certificate2 certificate) =>
        SerialNumbers.Contains(Convert.ToHexString(certificate.SerialNumberBytes.Span))
        && certificate.IssuerName.RawData.AsSpan().SequenceEqual(Issuer.Span);

    /// <summary>Reads one, in PEM or DER.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static RevocationList Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            return ReadDer(DerOf(content));
        }
        catch (Exception fault)
            when (fault is AsnContentException or CryptographicException or ArgumentException or FormatException)
        {
            throw new InvalidDataException("It is no certificate revocation list.", fault);
        }
    }

    private static ReadOnlyMemory<byte> DerOf(ReadOnlyMemory<byte> content)
    {
        if (content.Length == 0 || content.Span[0] == 0x30)
            return content;
        var text = Encoding.UTF8.GetString(content.Span);
        var fields = PemEncoding.Find(text);
        return text[fields.Label] == Label
            ? Convert.FromBase64String(text[fields.Base64Data])
            : throw new FormatException($"It is no {Label}.");
    }

    private static RevocationList ReadDer(ReadOnlyMemory<byte> der)
    {
        var list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (list.PeekTag() == Asn1Tag.Integer)
            list.ReadInteger();
        list.ReadSequence(); // the signature's algorithm
        var issuer = list.ReadEncodedValue();
        for (var time = 0; time < 2 && list.HasData && IsTime(list.PeekTag()); time++)
            list.ReadEncodedValue();
        var serials = new HashSet<string>(StringComparer.Ordinal);
        if (list.HasData && list.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            for (var revoked = list.ReadSequence(); revoked.HasData; )
                serials.Add(Convert.ToHexString(revoked.ReadSequence().ReadIntegerBytes().Span));
        }

        return new RevocationList(issuer, serials);
    }

    private static bool IsTime(Asn1Tag tag) =>
        tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);
}
