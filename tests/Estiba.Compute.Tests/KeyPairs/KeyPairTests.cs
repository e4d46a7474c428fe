using System.Security.Cryptography;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.KeyPairs;

public sealed class KeyPairTests
{
    private static Task<KeyPair> CreateAsync(ComputeWorld world, string name = "mine") =>
        world.Api.CreateKeyPairAsync(new CreateKeyPairRequest { KeyName = name }, ComputeWorld.Context);

    [Fact]
    public async Task The_private_key_is_given_out_at_its_creation()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        using var rsa = RSA.Create();
        rsa.ImportFromPem((await CreateAsync(world)).KeyMaterial);
        rsa.KeySize.ShouldBe(2048);
    }

    [Fact]
    public async Task A_key_pair_is_described_with_its_public_key_when_that_is_asked_for()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var created = await CreateAsync(world);
        var described = (await world.Api.DescribeKeyPairsAsync(
            new DescribeKeyPairsRequest { KeyNames = ["mine"], IncludePublicKey = true }, ComputeWorld.Context)).KeyPairs!.Single();
        described.KeyFingerprint.ShouldBe(created.KeyFingerprint);
        described.PublicKey!.ShouldStartWith("ssh-rsa AAAAB3NzaC1yc2E");
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await CreateAsync(world);
        (await ComputeWorld.ErrorOfAsync(() => CreateAsync(world))).Code.ShouldBe("InvalidKeyPair.Duplicate");
    }

    [Fact]
    public async Task A_deleted_key_pair_is_gone()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await CreateAsync(world);
        await world.Api.DeleteKeyPairAsync(new DeleteKeyPairRequest { KeyName = "mine" }, ComputeWorld.Context);
        var error = await ComputeWorld.ErrorOfAsync(
            () => world.Api.DescribeKeyPairsAsync(new DescribeKeyPairsRequest { KeyNames = ["mine"] }, ComputeWorld.Context));
        error.Message.ShouldBe("The key pair 'mine' does not exist");
    }
}
