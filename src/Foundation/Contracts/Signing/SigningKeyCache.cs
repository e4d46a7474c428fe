using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Contracts.Signing;

/// <summary>Derives signing keys and remembers them: four HMACs a request become none.</summary>
/// <remarks>
/// A key is found by the secret itself, so that a replaced secret can never be answered with its predecessor's key.
/// When the cache is full it starts again from nothing: keys change every day anyway, and deriving one takes
/// microseconds. Safe for concurrent use.
/// </remarks>
/// <param name="capacity">How many keys are kept, one for each secret, day, region and service.</param>
public sealed class SigningKeyCache(int capacity = 1024)
{
    private readonly ConcurrentDictionary<(string Secret, CredentialScope Scope), byte[]> _keys = new();
    private int _count;

    /// <summary>The 32 bytes that sign for a secret in a scope. The array is shared and must not be changed.</summary>
    public byte[] Get(string secretAccessKey, CredentialScope scope)
    {
        if (_keys.TryGetValue((secretAccessKey, scope), out var known))
            return known;

        // Counted apart: ConcurrentDictionary.Count takes every lock.
        if (Interlocked.Increment(ref _count) > capacity)
        {
            _keys.Clear();
            Interlocked.Exchange(ref _count, 1);
        }

        return _keys.GetOrAdd((secretAccessKey, scope), static key => Derive(key.Secret, key.Scope));
    }

    /// <summary>Derives a signing key ("Create a signed AWS API request", step 3: calculate the signature).</summary>
    public static byte[] Derive(string secretAccessKey, CredentialScope scope)
    {
        var key = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes("AWS4" + secretAccessKey),
            Encoding.UTF8.GetBytes(scope.Date)
        );
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Service));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(CredentialScope.Terminator));
    }
}
