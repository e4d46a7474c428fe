using System.Net;
using Estiba.Dns.Hosts;
using Estiba.Dns.Names;

namespace Estiba.Dns.Tests;

/// <summary>The block of names in a hosts file.</summary>
public sealed class HostsFileTests : IDisposable
{
    private const string Others = "127.0.0.1 localhost\n# mine\n";

    private static readonly HostEntry[] Entries =
    [
        new(IPAddress.Parse("10.66.255.1"), ["web.local", "a.web.local"]),
        new(IPAddress.Parse("10.66.254.1"), ["web.local"]),
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("estiba-dns-").FullName;
    private readonly string _path;
    private readonly HostsFile _file;

    public HostsFileTests()
    {
        _path = Path.Combine(_directory, "hosts");
        File.WriteAllText(_path, Others);
        _file = new HostsFile(_path, _directory);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Block =>
        $"# BEGIN estiba {_directory}\n10.66.255.1 web.local a.web.local\n10.66.254.1 web.local\n"
        + $"# END estiba {_directory}\n";

    [Fact]
    public void Names_come_after_what_is_there_and_go_without_a_trace()
    {
        _file.Write(Entries).ShouldBeTrue();
        File.ReadAllText(_path).ShouldBe(Others + Block);
        _file.Write(Entries).ShouldBeFalse();

        _file.Write([]).ShouldBeTrue();

        File.ReadAllText(_path).ShouldBe(Others);
        _file.Write([]).ShouldBeFalse();
    }

    [Fact]
    public void A_change_leaves_the_lines_that_somebody_added_below()
    {
        _file.Write(Entries);
        File.AppendAllText(_path, "10.0.0.1 below\n");

        _file.Write([Entries[1]]);

        File.ReadAllText(_path)
            .ShouldBe(
                $"{Others}10.0.0.1 below\n# BEGIN estiba {_directory}\n10.66.254.1 web.local\n"
                    + $"# END estiba {_directory}\n"
            );
    }

    [Fact]
    public void A_last_line_that_has_not_ended_is_ended()
    {
        File.WriteAllText(_path, "127.0.0.1 localhost");

        _file.Write(Entries);

        File.ReadAllText(_path).ShouldBe("127.0.0.1 localhost\n" + Block);
    }

    [Fact]
    public void Blocks_of_platforms_that_are_gone_go_too_and_others_stay()
    {
        var other = Directory.CreateDirectory(Path.Combine(_directory, "other")).FullName;
        var gone = Path.Combine(_directory, "gone");
        var staying = $"# BEGIN estiba {other}\n10.66.255.9 other.local\n# END estiba {other}\n";
        File.WriteAllText(
            _path,
            $"{Others}# BEGIN estiba {gone}\n10.66.255.8 gone.local\n# END estiba {gone}\n{staying}"
        );

        _file.Write(Entries);

        File.ReadAllText(_path).ShouldBe(Others + staying + Block);
    }

    [Fact]
    public void A_block_whose_end_somebody_has_removed_is_not_touched()
    {
        var damaged = $"# BEGIN estiba {_directory}\n10.66.255.1 web.local\n10.0.0.1 mine\n";
        File.WriteAllText(_path, damaged);

        _file.Write([]).ShouldBeFalse();

        File.ReadAllText(_path).ShouldBe(damaged);
    }

    [Fact]
    public void The_file_keeps_its_rights()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead;
        File.SetUnixFileMode(_path, Mode);

        _file.Write(Entries);

        File.GetUnixFileMode(_path).ShouldBe(Mode);
    }
}
