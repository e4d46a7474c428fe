namespace Estiba.Files.Tests;

public sealed class FileFaultTests
{
    [Theory]
    [InlineData("Read-only file system : '/var/lib/estiba/logs/1.journal'", "Read-only file system")]
    [InlineData("Access to the path '/var/lib/estiba/logs' is denied.", "Access to the path is denied.")]
    [InlineData("Could not find file '/var/lib/it's", "Could not find files")]
    [InlineData("'/a' and '/b' are the same", " and are the same")]
    [InlineData("No space left on device", "No space left on device")]
    [InlineData("it ends in '/va", "it ends in")]
    public void Paths_are_left_out(string message, string told) =>
        FileFault.WithoutPath(new IOException(message)).ShouldBe(told);

    [Fact]
    public void What_the_runtime_says_of_a_file_names_no_directory()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "file");

        var fault = Should.Throw<IOException>(() => File.ReadAllText(path));

        fault.Message.ShouldContain(path);
        FileFault.WithoutPath(fault).ShouldBe("Could not find a part of the path.");
    }
}
