using System.Security.Cryptography;

namespace Estiba.Identity.Credentials;

/// <summary>
/// Makes keys, secrets and the ids that IAM gives its entities; the first four letters say of what ("IAM identifiers").
/// </summary>
/// <param name="random">Where chance comes from; nobody may be able to guess it.</param>
public sealed class UniqueIds(RandomNumberGenerator random)
{
    /// <summary>What access keys begin with that last for a session.</summary>
    internal const string TemporaryPrefix = "ASIA";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    internal string AccessKeyId() => "AKIA" + Letters(16);

    internal string TemporaryAccessKeyId() => TemporaryPrefix + Letters(16);

    internal string UserId() => "AIDA" + Letters(17);

    internal string RoleId() => "AROA" + Letters(17);

    internal string PolicyId() => "ANPA" + Letters(17);

    internal string GroupId() => "AGPA" + Letters(17);

    internal string InstanceProfileId() => "AIPA" + Letters(17);

    /// <summary>40 characters.</summary>
    internal string Secret() => Convert.ToBase64String(Bytes(30));

    /// <summary>What nothing else is called by.</summary>
    internal Guid Task() => new(Bytes(16));

    private string Letters(int count) => string.Create(count, Bytes(count), static (letters, bytes) =>
        {
            for (var i = 0; i < letters.Length; i++)
                letters[i] = Alphabet[bytes[i] % Alphabet.Length];
        });

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.GetBytes(bytes);
        return bytes;
    }
}
