namespace Estiba.Files.Tests;

public sealed class DiskFaultTests
{
    private const int InputOutput = 5;

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void Around_a_page_that_the_disk_cannot_read_the_rest_is_read(int offset)
    {
        var file = Enumerable.Range(0, 10_000).Select(i => (byte)(i % 250 + 1)).ToArray();
        var target = new byte[20_000];

        var read = DiskFault.Read(Read, target, offset);

        read.ShouldBe(file.Length - offset);
        target[..(4096 - offset)].ShouldBe(file[offset..4096]);
        target[(4096 - offset)..(8192 - offset)].ShouldAllBe(value => value == 0);
        target[(8192 - offset)..read].ShouldBe(file[8192..]);

        int Read(Span<byte> part, long at)
        {
            if (at < 8192 && at + part.Length > 4096)
                throw new IOException("Input/output error", InputOutput);
            var found = file.AsSpan((int)Math.Min(at, file.Length));
            found = found[..Math.Min(found.Length, part.Length)];
            found.CopyTo(part);
            return found.Length;
        }
    }

    [Fact]
    public void A_failure_that_is_not_the_disks_is_passed_on() =>
        Should.Throw<IOException>(() =>
            DiskFault.Read((_, _) => throw new IOException("Permission denied", 13), new byte[10], 0)
        );
}
