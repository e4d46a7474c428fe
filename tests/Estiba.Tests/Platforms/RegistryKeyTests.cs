using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Tests.Platforms;

/// <summary>The key that passwords of the registry are signed with: a secret of the state, once a file.</summary>
public sealed class RegistryKeyTests
{
    [Fact]
    public async Task The_key_of_an_earlier_version_is_taken_over_into_the_state()
    {
        using var world = DataWorld.OfTheFirstVersion();
        var key = await File.ReadAllBytesAsync(world.File("registry/token.key"));

        for (var start = 0; start < 2; start++)
        {
            await using (await world.StartAsync())
                IsSignedWith(key, await world.RegistryPasswordAsync()).ShouldBeTrue();
            File.Exists(world.File("registry/token.key")).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_file_of_an_earlier_version_that_is_no_key_is_kept_aside()
    {
        using var world = DataWorld.OfTheFirstVersion();
        await File.WriteAllTextAsync(world.File("registry/token.key"), "half a key");

        await using (await world.StartAsync())
            (await world.ManifestAsync()).ShouldNotBeNull();

        File.Exists(world.File("registry/token.key")).ShouldBeFalse();
        (await File.ReadAllTextAsync(world.File("registry/token.key.damaged"))).ShouldBe("half a key");
    }

    [Fact]
    public async Task The_state_does_not_tell_the_key()
    {
        using var world = DataWorld.OfTheFirstVersion();
        var key = await File.ReadAllBytesAsync(world.File("registry/token.key"));
        await using (await world.StartAsync()) { }

        var state = await File.ReadAllBytesAsync(world.File("state.db"));

        state.AsSpan().IndexOf("identity.sealedKeys"u8).ShouldBeGreaterThan(0);
        state.AsSpan().IndexOf(key).ShouldBe(-1);
        state.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToBase64String(key))).ShouldBe(-1);
    }

    [Fact]
    public async Task A_key_that_was_sealed_with_another_secret_key_is_made_anew_and_stays()
    {
        using var world = await DataWorld.UsedAsync();
        string before;
        await using (await world.StartAsync())
            before = await world.RegistryPasswordAsync();
        await File.WriteAllTextAsync(
            world.File("secret.key"),
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n"
        );

        string after;
        await using (await world.StartAsync(acceptsLoss: true))
            after = await world.RegistryPasswordAsync();

        after.ShouldNotBe(before);
        await using (await world.StartAsync())
            (await world.ManifestAsync()).ShouldNotBeNull();
    }

    // A password is what it says, a dot, and HMAC-SHA-256 of that, both in the Base64 of URLs.
    private static bool IsSignedWith(byte[] key, string password)
    {
        var parts = password.Split('.');
        var payload = Base64Url.DecodeFromChars(parts[0]);
        return HMACSHA256.HashData(key, payload).AsSpan().SequenceEqual(Base64Url.DecodeFromChars(parts[1]));
    }
}
