using System.Security.Cryptography;
using System.Text;
using Estiba.Compute.KeyPairs;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.KeyPairs;

public sealed class KeyPairTests
{
    /// <summary>Made of the seed 00 01 02 ... 1f by OpenSSL.</summary>
    public const string Ed25519Line =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

    private const string RsaBlob =
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQDeS46Jznw+5I7Jcab/"
        + "tujScZacDGQAT118tkFyPli8MYmhvL10q84a0VEbuolC4uA3jUCIA6EafYk+"
        + "St4iDdZOqFAdeq66JDMkDBrhvowSa2BcPRhx"
        + "ut7zuEDeY3Rum0WzAM5eaEheiyLf4na5eI3cR6AaUBUerzNVLyxUIezSu74a"
        + "6w7awwKIxN56D51Q8TktbER+PMNaFPJfxSAab3O0oI3URU4A+I/WLMIZRyYxOMKlYKF0NWQzr7tpTDdJEslLBWEL"
        + "j5a2AZDESN+8hLb/j/g+umlHhh/y0Q1H43/5g9z+V4KsbCI7//W/sQ78JrH29VIz95w1WJZxvYOJw6Pp";

    private const string RsaDer =
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3kuOic58PuSOyXGm/"
        + "7bo0nGWnAxkAE9dfLZBcj5YvDGJoby9dKvOGtFRG7qJQuLgN41AiAOhGn2JPkreIg3WTqhQHXquuiQzJAwa4b6M"
        + "EmtgXD0Ycbre87hA3mN0bptFswDOXmhIXosi3+J2uXiN3EegGlAVHq8zVS8s"
        + "VCHs0ru+GusO2sMCiMTeeg+dUPE5LWxEfjzDWhTyX8UgGm9ztKCN1EVOAPiP1izCGUcmMTjCpWChdDVkM6+7aUw3"
        + "SRLJSwVhC4+WtgGQxEjfvIS2/4/4PrppR4Yf8tENR+N/+YPc/leCrGwiO//1v7EO/Cax9vVSM/ecNViWcb2DicOj6QIDAQAB";

    /// <summary>By <c>openssl rsa -in key -pubout -outform DER | openssl md5 -c</c>, as AWS's page tells how to verify
    /// it.</summary>
    private const string RsaFingerprint = "56:cc:87:41:42:44:0d:90:97:55:48:d9:6e:00:bb:96";

    private static Task<KeyPair> CreateAsync(
        ComputeWorld world,
        string name = "mine",
        string? type = null,
        string? format = null
    ) =>
        world.Api.CreateKeyPairAsync(
            new CreateKeyPairRequest
            {
                KeyName = name,
                KeyType = type,
                KeyFormat = format,
            },
            ComputeWorld.Context
        );

    private static Task<ImportKeyPairResult> ImportAsync(ComputeWorld world, string material, string name = "mine") =>
        world.Api.ImportKeyPairAsync(
            new ImportKeyPairRequest { KeyName = name, PublicKeyMaterial = Encoding.UTF8.GetBytes(material) },
            ComputeWorld.Context
        );

    private static async Task<KeyPairInfo> FindAsync(ComputeWorld world, string name = "mine") =>
        (
            await world.Api.DescribeKeyPairsAsync(
                new DescribeKeyPairsRequest { KeyNames = [name], IncludePublicKey = true },
                ComputeWorld.Context
            )
        ).KeyPairs!.Single();

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
        var described = await FindAsync(world);
        described.KeyFingerprint.ShouldBe(created.KeyFingerprint);
        described.KeyFingerprint!.ShouldMatch("^([0-9a-f]{2}:){19}[0-9a-f]{2}$");
        described.PublicKey!.ShouldStartWith("ssh-rsa AAAAB3NzaC1yc2E");
    }

    [Fact]
    public async Task An_ED25519_key_comes_in_the_file_of_OpenSSH()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var created = await CreateAsync(world, type: "ed25519");
        var described = await FindAsync(world);
        described.KeyType.ShouldBe("ed25519");
        Convert.FromBase64String(described.KeyFingerprint!).Length.ShouldBe(32);

        var lines = created.KeyMaterial!.Split('\n');
        (lines[0], lines[^1]).ShouldBe(("-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"));
        var file = Convert.FromBase64String(string.Concat(lines[1..^1]));
        Encoding.ASCII.GetString(file[..15]).ShouldBe("openssh-key-v1\0");
        // After the magic three empty ones ("none", "none", ""), the number of keys, then the public key, whose blob
        // the private part repeats.
        var rest = file.AsSpan(15 + 8 + 8 + 4 + 4).ToArray();
        var strings = SshBlob.Strings(rest)!;
        $"ssh-ed25519 {Convert.ToBase64String(strings[0])} mine".ShouldBe(described.PublicKey);
        (strings[1].Length % 8).ShouldBe(0);
    }

    [Theory]
    [InlineData("rsa", "ssh-rsa")]
    [InlineData("ed25519", "ssh-ed25519")]
    public async Task A_key_comes_in_the_file_of_PuTTY_when_that_is_asked_for(string type, string name)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var lines = (await CreateAsync(world, type: type, format: "ppk")).KeyMaterial!.Split("\r\n");
        lines[..3].ShouldBe([$"PuTTY-User-Key-File-2: {name}", "Encryption: none", "Comment: mine"]);
        var publicLines = int.Parse(
            lines[3]["Public-Lines: ".Length..],
            System.Globalization.CultureInfo.InvariantCulture
        );
        $"{name} {string.Concat(lines[4..(4 + publicLines)])} mine".ShouldBe((await FindAsync(world)).PublicKey);
        lines[^2].ShouldMatch("^Private-MAC: [0-9a-f]{40}$");
    }

    [Theory]
    [InlineData($"ssh-rsa {RsaBlob} someone@somewhere", "rsa", RsaFingerprint)]
    [InlineData($"ssh-rsa {RsaBlob}\n", "rsa", RsaFingerprint)]
    [InlineData(
        $"---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"one that \\\ngoes on\"\n{RsaBlob}\n---- END SSH2 PUBLIC KEY ----",
        "rsa",
        RsaFingerprint
    )]
    [InlineData(RsaDer, "rsa", RsaFingerprint)]
    [InlineData($"-----BEGIN PUBLIC KEY-----\n{RsaDer}\n-----END PUBLIC KEY-----", "rsa", RsaFingerprint)]
    [InlineData(Ed25519Line, "ed25519", "lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg=")]
    public async Task A_public_key_is_imported(string material, string type, string fingerprint)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        (await ImportAsync(world, material)).KeyFingerprint.ShouldBe(fingerprint);
        var described = await FindAsync(world);
        (described.KeyType, described.KeyFingerprint).ShouldBe((type, fingerprint));
        described.PublicKey!.ShouldBe($"{(type == "rsa" ? $"ssh-rsa {RsaBlob}" : Ed25519Line)} mine");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-rsa AAAA")]
    [InlineData("ssh-rsa ????")]
    [InlineData("ssh-ed25519 " + RsaBlob)]
    [InlineData("ssh-dss AAAAB3NzaC1kc3MAAAABAA==")]
    [InlineData("nonsense")]
    public async Task What_is_no_public_key_is_refused(string material)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var error = await ComputeWorld.ErrorOfAsync(() => ImportAsync(world, material));
        (error.Code, error.Message).ShouldBe(("InvalidKey.Format", "Key is not in valid OpenSSH public key format"));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        await CreateAsync(world);
        foreach (var again in (Func<Task>[])[() => CreateAsync(world), () => ImportAsync(world, Ed25519Line)])
        {
            var error = await ComputeWorld.ErrorOfAsync(again);
            (error.Code, error.Message).ShouldBe(("InvalidKeyPair.Duplicate", "The keypair already exists"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_key_pair_is_gone(bool byId)
    {
        await using var world = await ComputeWorld.CreateAsync(reconciling: false);
        var id = (await CreateAsync(world)).KeyPairId;
        var request = byId
            ? new DeleteKeyPairRequest { KeyPairId = id }
            : new DeleteKeyPairRequest { KeyName = "mine" };
        (await world.Api.DeleteKeyPairAsync(request, ComputeWorld.Context)).KeyPairId.ShouldBe(id);
        (await ComputeWorld.ErrorOfAsync(() => FindAsync(world))).Message.ShouldBe(
            "The key pair 'mine' does not exist"
        );
    }
}
