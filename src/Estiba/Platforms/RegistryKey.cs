using System.Security.Cryptography;
using Estiba.Ecr;
using Estiba.Files;
using Estiba.Identity.Credentials;
using Estiba.State;

namespace Estiba.Platforms;

/// <summary>The key that the registry signs its tokens with. Earlier versions kept it in a file of its own.</summary>
internal static class RegistryKey
{
    /// <summary>Where earlier versions had it in the data directory.</summary>
    internal const string EarlierFile = "registry/token.key";

    private const string Name = "registry/token";
    private const int Size = 32;

    /// <summary>Reads it from the store, or takes it over from its file, or makes one.</summary>
    internal static async Task<RegistryTokenKey> OpenAsync(
        Store store,
        SecretKey secrets,
        DataLayout layout,
        RandomNumberGenerator random,
        CancellationToken cancellation
    )
    {
        var file = Path.Combine(layout.Root, EarlierFile);
        var earlier = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellation) : null;
        var key = await SealedKeys.GetOrAddAsync(
            store,
            secrets,
            Name,
            earlier is { Length: Size } ? earlier : null,
            random,
            cancellation
        );
        if (earlier is { Length: Size })
            File.Delete(file); // the state has it now, and it is durable there
        else if (earlier is not null)
            Aside.Move(file); // it is no key, and the state has another one
        return new RegistryTokenKey(key);
    }
}
