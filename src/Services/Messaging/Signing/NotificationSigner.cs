using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Estiba.Hosting.Certificates;
using Estiba.Messaging.Notifications;
using Estiba.State;

namespace Estiba.Messaging.Signing;

/// <summary>The key that notifications are signed with, and its certificate.</summary>
internal sealed record SigningRecord
{
    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>The certificate in PEM form.</summary>
    public required string Certificate { get; init; }

    /// <summary>The key in PEM form, sealed.</summary>
    public required string PrivateKey { get; init; }
}

/// <summary>
/// Signs what is delivered, so that whoever gets it can tell that it is this platform's ("Verifying the signatures of
/// Amazon SNS messages", developer guide). The key is made when it is needed first.
/// </summary>
/// <param name="store">Where the key is.</param>
/// <param name="seal">What the key is sealed with.</param>
/// <param name="endpoint">The address of the platform.</param>
/// <param name="time">The clock.</param>
internal sealed class NotificationSigner(Store store, PrivateKeySeal seal, Uri endpoint, TimeProvider time)
    : IDisposable
{
    /// <summary>Where the certificate is given out.</summary>
    internal const string Path = "/SimpleNotificationService";

    private const string Name = "notifications";
    private const int KeyBits = 2048;
    private const int Years = 20;

    private const int MostRecent = 1000;

    private readonly Dictionary<string, string> _recent = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile Key? _key;

    /// <summary>Signs a notification for those who are subscribed by a protocol.</summary>
    /// <returns>The signature, and where its certificate is.</returns>
    internal async Task<(string Signature, string CertificateUrl)> SignAsync(
        NotificationRecord notification,
        string protocol,
        string? subscribeUrl,
        CancellationToken cancellation
    )
    {
        var key = await KeyAsync(cancellation);

        // Many subscribers get the same: to sign it once is enough.
        var name = notification.ByProtocol.ContainsKey(protocol) ? $"{protocol} {notification.Key}" : notification.Key;
        lock (_recent)
        {
            if (_recent.TryGetValue(name, out var known))
                return (known, key.Url);
        }

        var text = Encoding.UTF8.GetBytes(TextOf(notification, protocol, subscribeUrl));
        // Version 1 is what AWS signs with as long as nobody asks for another.
        var algorithm = notification.SignatureVersion == "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
        string signature;
        lock (key)
            signature = Convert.ToBase64String(key.Rsa.SignData(text, algorithm, RSASignaturePadding.Pkcs1));
        lock (_recent)
        {
            if (_recent.Count == MostRecent)
                _recent.Clear();
            _recent[name] = signature;
        }

        return (signature, key.Url);
    }

    /// <summary>The certificate that is given out under a path; null for none.</summary>
    internal async Task<string?> CertificateAsync(string path, CancellationToken cancellation)
    {
        if (store.Current.Find(SnsTables.Signing, Name) is null)
            return null;
        var key = await KeyAsync(cancellation);
        return key.Url.EndsWith(Path + path, StringComparison.Ordinal) ? key.Certificate : null;
    }

    public void Dispose()
    {
        _key?.Dispose();
        _opening.Dispose();
    }

    private static string TextOf(NotificationRecord notification, string protocol, string? subscribeUrl)
    {
        var text = new StringBuilder();
        Add("Message", notification.MessageFor(protocol));
        Add("MessageId", notification.MessageId);
        Add("Subject", notification.Subject);
        Add("SubscribeURL", subscribeUrl);
        Add("Timestamp", Envelope.Timestamp(notification));
        Add("Token", notification.Token);
        Add("TopicArn", notification.TopicArn);
        Add("Type", notification.Type);
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
                text.Append(name).Append('\n').Append(value).Append('\n');
        }
    }

    private async Task<Key> KeyAsync(CancellationToken cancellation)
    {
        if (_key is { } known)
            return known;
        await _opening.WaitAsync(cancellation);
        try
        {
            return _key ??= await OpenAsync(cancellation);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<Key> OpenAsync(CancellationToken cancellation)
    {
        if (Read(store.Current) is { } kept)
            return kept;
        var made = Make();
        await store.CommitAsync(
            transaction =>
            {
                // One that this platform cannot open is of no use to it.
                if (
                    transaction.Find(SnsTables.Signing, Name) is not { } there
                    || seal.Open(there.PrivateKey, Name) is null
                )
                    transaction.Put(SnsTables.Signing, made);
            },
            cancellation
        );
        return Read(store.Current)!;
    }

    private Key? Read(View view) =>
        view.Find(SnsTables.Signing, Name) is { } record && seal.Open(record.PrivateKey, Name) is { } pem
            ? new Key(record.Certificate, pem, endpoint)
            : null;

    private SigningRecord Make()
    {
        using var rsa = RSA.Create(KeyBits);
        var request = new CertificateRequest(
            "CN=Estiba notifications",
            rsa,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        return new SigningRecord
        {
            Name = Name,
            Certificate = certificate.ExportCertificatePem(),
            PrivateKey = seal.Seal(rsa.ExportPkcs8PrivateKeyPem(), Name),
        };
    }

    private sealed class Key : IDisposable
    {
        internal Key(string certificate, string privateKey, Uri endpoint)
        {
            Certificate = certificate;
            Rsa = RSA.Create();
            Rsa.ImportFromPem(privateKey);
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(certificate)))[..32];
            Url = $"{endpoint.GetLeftPart(UriPartial.Authority)}{Path}/{digest}.pem";
        }

        internal string Certificate { get; }

        internal RSA Rsa { get; }

        internal string Url { get; }

        public void Dispose() => Rsa.Dispose();
    }
}
