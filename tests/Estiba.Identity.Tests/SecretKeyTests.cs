using System.Security.Cryptography;
using System.Text;
using Estiba.Identity.Credentials;
using Estiba.Identity.Sessions;
using Estiba.Identity.Uses;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Identity.Tests;

/// <summary>That the state alone tells no secret.</summary>
public sealed class SecretKeyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("estiba-secrets-").FullName;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    private string KeyFile => Path.Combine(_directory, SecretKey.FileName);

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _random.Dispose();
    }

    [Fact]
    public void The_key_is_made_once_for_its_owner_alone()
    {
        var made = SecretKey.LoadOrCreate(_directory, isNeeded: false, _random);
        var read = SecretKey.LoadOrCreate(_directory, isNeeded: true, _random);

        read.Open(made.Seal("secret", "AKIA1"), "AKIA1").ShouldBe("secret");
        ModeOf(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        made.ToString().ShouldBe("secret.key");
    }

    [Fact]
    public void A_start_that_was_killed_while_it_made_the_key_is_made_up_for()
    {
        File.WriteAllText(KeyFile + ".tmp", "half");

        SecretKey.LoadOrCreate(_directory, isNeeded: false, _random);

        Directory.GetFiles(_directory).ShouldBe([KeyFile]);
        ModeOf(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_key_that_is_needed_and_missing_is_not_made_anew()
    {
        var error = Should.Throw<InvalidDataException>(() =>
            SecretKey.LoadOrCreate(_directory, isNeeded: true, _random)
        );

        error.Message.ShouldStartWith($"{KeyFile} is missing: ");
        File.Exists(KeyFile).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("this is no base64")]
    public void A_file_that_holds_no_key_is_refused(string text)
    {
        File.WriteAllText(KeyFile, text);

        Should
            .Throw<InvalidDataException>(() => SecretKey.LoadOrCreate(_directory, isNeeded: false, _random))
            .Message.ShouldContain(KeyFile);
    }

    [Fact]
    public void What_is_sealed_can_be_opened_with_its_key_and_as_its_own_alone()
    {
        var (key, other) = (new SecretKey(new byte[32]), new SecretKey(Enumerable.Repeat((byte)1, 32).ToArray()));
        var written = key.Seal("secret", "AKIA1");

        (
            key.Open(written, "AKIA1"),
            key.Open(written, "AKIA2"),
            other.Open(written, "AKIA1"),
            key.Open("plain", "AKIA1")
        ).ShouldBe(("secret", null, null, "plain"));
        (key.Open(written[..^4], "AKIA1"), key.Open("sealed:", "AKIA1"), key.Open("sealed:%", "AKIA1")).ShouldBe(
            (null, null, null)
        );
    }

    [Fact]
    public async Task No_secret_of_a_key_or_a_session_is_in_the_journal()
    {
        var path = Path.Combine(_directory, "state.db");
        var world = await IdentityWorld.StartAsync(new SqliteJournal(path));
        var key = await world.UserWithKeyAsync();
        var session = (await world.Sts.GetSessionTokenAsync(new(), IdentityWorld.Caller)).Credentials!;
        await world.DisposeAsync();

        var written = string.Concat(
            Directory.GetFiles(_directory).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file)))
        );

        written.ShouldContain(key.AccessKeyId!);
        written.ShouldContain(session.AccessKeyId!);
        foreach (var secret in new[] { key.SecretAccessKey!, session.SecretAccessKey!, session.SessionToken! })
            written.ShouldNotContain(secret);

        await using var again = await IdentityWorld.StartAsync(new SqliteJournal(path));
        var found = again.Credentials;
        found.Find(key.AccessKeyId!)!.SecretAccessKey.ShouldBe(key.SecretAccessKey);
        (found.Find(session.AccessKeyId!)!.SecretAccessKey, found.Find(session.AccessKeyId!)!.SessionToken).ShouldBe(
            (session.SecretAccessKey, session.SessionToken)
        );
    }

    [Fact]
    public async Task What_an_earlier_version_wrote_down_plainly_is_sealed_and_still_good()
    {
        await using var world = await IdentityWorld.StartAsync();
        var key = await world.UserWithKeyAsync();
        var session = new SessionRecord
        {
            AccessKeyId = "ASIAOLD",
            SecretAccessKey = "old-secret",
            SessionToken = "old-token",
            AccountId = IdentityWorld.Account,
            PrincipalArn = "arn:aws:iam::123456789012:root",
            UserId = IdentityWorld.Account,
            Expires = world.Time.GetUtcNow().AddHours(1),
        };
        await world.Store.CommitAsync(transaction =>
        {
            var record = transaction.Find(IdentityTables.AccessKeys, key.AccessKeyId!)!;
            transaction.Put(IdentityTables.AccessKeys, record with { SecretAccessKey = key.SecretAccessKey! });
            transaction.Put(IdentityTables.Sessions, session);
        });
        var before = StoredSecrets.NeedKey(world.Store.Current);

        var lost = await StoredSecrets.SealAsync(world.Store, world.Secrets, TestContext.Current.CancellationToken);

        (before, StoredSecrets.NeedKey(world.Store.Current), lost).ShouldBe((false, true, 0));
        world
            .Store.Current.Find(IdentityTables.AccessKeys, key.AccessKeyId!)!
            .SecretAccessKey.ShouldStartWith("sealed:");
        world.Store.Current.Find(IdentityTables.Sessions, "ASIAOLD")!.SessionToken!.ShouldStartWith("sealed:");
        world.Credentials.Find(key.AccessKeyId!)!.SecretAccessKey.ShouldBe(key.SecretAccessKey);
        (world.Credentials.Find("ASIAOLD")!.SecretAccessKey, world.Credentials.Find("ASIAOLD")!.SessionToken).ShouldBe(
            ("old-secret", "old-token")
        );
    }

    [Fact]
    public async Task A_key_that_was_sealed_with_another_key_is_nobodys_and_is_counted()
    {
        await using var world = await IdentityWorld.StartAsync();
        var id = (await world.UserWithKeyAsync()).AccessKeyId!;
        var other = new SecretKey(new byte[32]);

        (await StoredSecrets.SealAsync(world.Store, other, TestContext.Current.CancellationToken)).ShouldBe(1);
        new CredentialDirectory(world.Store, world.Root, other, new LastUses(world.Store, world.Time))
            .Find(id)
            .ShouldBeNull();
    }

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
}
