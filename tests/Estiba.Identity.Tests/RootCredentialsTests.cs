using System.Security.Cryptography;
using Estiba.Identity.Credentials;

namespace Estiba.Identity.Tests;

public sealed class RootCredentialsTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "estiba-identity-" + Guid.NewGuid());
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    [Fact]
    public void The_first_start_makes_an_access_key()
    {
        var credentials = Load().Credentials;

        credentials.AccessKeyId.ShouldMatch("^AKIA[A-Z2-7]{16}$");
        credentials.SecretAccessKey.ShouldMatch("^[A-Za-z0-9+/]{40}$");
    }

    [Fact]
    public void The_next_start_finds_the_same_access_key() => Load().ShouldBe(Load());

    [Fact]
    public void Two_data_directories_have_different_secrets()
    {
        var first = Load();
        Directory.Delete(_directory, recursive: true);

        Load().Credentials.SecretAccessKey.ShouldNotBe(first.Credentials.SecretAccessKey);
    }

    [Fact]
    public void Only_its_owner_may_read_the_file()
    {
        var path = Load().Path;

        OperatingSystem.IsWindows().ShouldBeFalse();
        (Mode(path), Mode(_directory)).ShouldBe(
            (
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            )
        );
    }

    [Fact]
    public void Nothing_else_is_left_in_the_directory()
    {
        Load();

        Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName).ShouldBe(["credentials"]);
    }

    [Fact]
    public void The_file_has_the_form_that_the_command_line_reads() =>
        File.ReadAllLines(Load().Path)
            .Select(line => line.Split(" = ")[0])
            .ShouldBe(["[default]", "aws_access_key_id", "aws_secret_access_key", "aws_account_id"]);

    [Theory]
    [InlineData(null, "123456789012")]
    [InlineData("000000000000", "000000000000")]
    public void The_account_is_chosen_at_the_first_start_and_kept(string? chosen, string kept)
    {
        RootCredentials.LoadOrCreate(_directory, chosen, new UniqueIds(_random));

        Load().AccountId.ShouldBe(kept);
    }

    [Fact]
    public void Credentials_of_ones_own_are_read()
    {
        Write(
            "# mine\n[other]\naws_access_key_id=no\n\n[default]\naws_access_key_id=AKIAMINE\n "
                + "aws_secret_access_key = a=b \n"
        );

        var root = Load();

        (root.Credentials.AccessKeyId, root.Credentials.SecretAccessKey, root.AccountId).ShouldBe(
            ("AKIAMINE", "a=b", RootCredentials.DefaultAccountId)
        );
    }

    [Theory]
    [InlineData("", "has no aws_access_key_id")]
    [InlineData("[default]\naws_access_key_id = AKIA\n", "has no aws_secret_access_key")]
    [InlineData(
        "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s\naws_account_id = 12\n",
        "is not twelve digits"
    )]
    public void A_file_that_cannot_be_used_says_what_is_wrong(string text, string message)
    {
        Write(text);

        Should.Throw<InvalidDataException>(Load).Message.ShouldContain(message);
    }

    public void Dispose()
    {
        _random.Dispose();
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    private static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private RootCredentials Load() => RootCredentials.LoadOrCreate(_directory, accountId: null, new UniqueIds(_random));

    private void Write(string text)
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, RootCredentials.FileName), text);
    }
}
