using Estiba.Agent.Hosts;

namespace Estiba.Agent.Tests.Hosts;

public sealed class MountTableTests
{
    private const string Data = "/var/lib/estiba";

    /// <summary>
    /// A disk that is mounted a second time, a directory of it that is seen in a third place, and another disk.
    /// </summary>
    private static readonly MountTable Mounts = MountTable.Parse(
        """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        30 22 8:1 / /mnt/again rw - ext4 /dev/sda1 rw
        31 22 8:1 /var/lib /mnt/a\040place rw - ext4 /dev/sda1 rw
        32 22 8:17 / /mnt/other rw - ext4 /dev/sdb1 rw
        33 22 8:1 /var/lib/estiba /srv/deep/inside rw - ext4 /dev/sda1 rw
        34 22 0:40 / /home rw - tmpfs tmpfs rw
        """
    );

    [Theory]
    [InlineData("/var/lib/estiba")]
    [InlineData("/var/lib/estiba/logs")]
    [InlineData("/var/lib")]
    [InlineData("/mnt/again")]
    [InlineData("/mnt/again/var")]
    [InlineData("/mnt/again/var/lib/estiba/logs")]
    [InlineData("/mnt/a place")]
    [InlineData("/mnt/a place/estiba")]
    [InlineData("/srv/deep/inside")]
    [InlineData("/srv")]
    [InlineData("/mnt")]
    [InlineData("/")]
    public void A_directory_is_found_in_every_place_where_it_can_be_seen(string path) =>
        Mounts.Overlap(path, Data).ShouldBeTrue();

    [Theory]
    [InlineData("/mnt/other")]
    [InlineData("/mnt/other/var/lib/estiba")]
    [InlineData("/mnt/again/etc")]
    [InlineData("/mnt/a place/estiba2")]
    [InlineData("/home")]
    [InlineData("/srv/app")]
    public void Other_directories_are_not_taken_for_it(string path) => Mounts.Overlap(path, Data).ShouldBeFalse();

    [Fact]
    public void This_machine_has_mounts() => MountTable.Read().Overlap("/", "/etc").ShouldBeTrue();
}
