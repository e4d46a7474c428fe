using Estiba.Agent.Hosts;

namespace Estiba.Agent.Tests.Hosts;

/// <summary>What a customer reads of an engine's errors, with the words of Docker Engine and runc.</summary>
public sealed class HostWordsTests
{
    private const string Id = "4fd14a05bc97772f6e6c8e2f7e718e4fb2c341506c0b348943e820a4541a295c";

    [Theory]
    [InlineData(
        $"lstat /var/lib/docker/overlay2/{Id}/merged/srv/data: file name too long",
        "lstat /srv/data: file name too long"
    )]
    [InlineData(
        $"source /mnt/engine/overlay2/{Id}-init/merged/bin/busybox is not directory",
        "source /bin/busybox is not directory"
    )]
    [InlineData(
        $"error mounting \"/var/lib/docker/volumes/ecs-web-1-v-8d/_data\" to rootfs at \"/proc/x\": "
            + $"\"/var/lib/docker/overlay2/{Id}/merged/proc/x\" cannot be mounted because it is inside /proc",
        "error mounting \"ecs-web-1-v-8d\" to rootfs at \"/proc/x\": "
            + "\"/proc/x\" cannot be mounted because it is inside /proc"
    )]
    [InlineData(
        $"chdir /var/lib/docker/rootfs/overlayfs/{Id}: no such file or directory",
        "chdir /: no such file or directory"
    )]
    [InlineData($"mount /srv/docker/btrfs/subvolumes/{Id}/etc:/etc", "mount /etc:/etc")]
    [InlineData(
        "write /var/lib/docker/tmp/GetImageBlob123: no space left on device",
        "write a path of the host: no space left on device"
    )]
    [InlineData(
        $"open /run/containerd/io.containerd.runtime.v2.task/moby/{Id}/config.json: no such file or directory",
        "open a path of the host: no such file or directory"
    )]
    [InlineData("stat /data/one/agents/i-1/x y: denied", "stat a path of the host y: denied")]
    [InlineData("stat /data/one", "stat a path of the host")]
    public void Paths_of_the_host_are_not_told(string message, string told) =>
        HostWords.Of(message, "/data/one").ShouldBe(told);

    [Theory]
    [InlineData("stat /tmp/nope.sock: no such file or directory")]
    [InlineData("exec: \"/var/lib/dockers/run\": stat /var/lib/dockers/run: no such file or directory")]
    [InlineData("stat /data/one-more/file: no such file or directory")]
    [InlineData("error gathering device information while adding custom device \"/dev/nonesuch\"")]
    [InlineData("volumes/_data and /volumes/ and overlay2/merged")]
    public void Other_words_stay_as_they_are(string message) => HostWords.Of(message, "/data/one").ShouldBe(message);
}
