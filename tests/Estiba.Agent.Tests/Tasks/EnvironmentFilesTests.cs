using Estiba.Agent.Tasks;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Tests.Tasks;

public sealed class EnvironmentFilesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("estiba-environment-");

    public EnvironmentFilesTests()
    {
        Write("files/bucket/app.env", "# comment", "CODE=5", "URL=http://a/?b=c", "CODE=6");
        Write("files-of-others/app.env", "SECRET=1");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task An_object_is_a_file_in_the_folder_of_its_bucket() =>
        (await ReadAsync("arn:aws:s3:::bucket/app.env")).ShouldBe([new("CODE", "5"), new("URL", "http://a/?b=c")]);

    [Theory]
    [InlineData("arn:aws:s3:::../files-of-others/app.env")]
    [InlineData("arn:aws:s3:::bucket/../../files-of-others/app.env")]
    [InlineData("arn:aws:s3:::..")]
    [InlineData("arn:aws:s3:::/etc/passwd")]
    [InlineData("arn:aws:s3:::bucket/../../../../../../../etc/passwd")]
    public async Task A_key_that_leads_out_of_the_directory_is_refused(string arn) =>
        (await Should.ThrowAsync<EnvironmentFileException>(() => ReadAsync(arn))).Message.ShouldEndWith(
            "is outside of the directory of environment files"
        );

    [Fact]
    public async Task A_file_that_is_missing_is_named_and_not_where_it_would_be_on_the_host()
    {
        var missing = (
            await Should.ThrowAsync<EnvironmentFileException>(() => ReadAsync("arn:aws:s3:::bucket/none.env"))
        ).Message;

        missing.ShouldEndWith("environment file arn:aws:s3:::bucket/none.env does not exist");
        missing.ShouldNotContain(_directory.FullName);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused()
    {
        Write("files/bucket/large.env", new string('a', 1024 * 1024 + 1));

        (
            await Should.ThrowAsync<EnvironmentFileException>(() => ReadAsync("arn:aws:s3:::bucket/large.env"))
        ).Message.ShouldContain("is larger than 1048576 bytes");
    }

    private Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync(string arn) =>
        new EnvironmentFiles(Path.Combine(_directory.FullName, "files")).ReadAsync(
            new AcsContainer { EnvironmentFiles = [new EnvironmentFile { Type = "s3", Value = arn }] },
            CancellationToken.None
        );

    private void Write(string path, params string[] lines)
    {
        var file = Path.Combine(_directory.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllLines(file, lines);
    }
}
