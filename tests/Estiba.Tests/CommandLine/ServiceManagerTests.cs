using System.Net.Sockets;
using System.Text;
using Estiba.CommandLine;

namespace Estiba.Tests.CommandLine;

public sealed class ServiceManagerTests
{
    [Fact]
    public void It_is_told_at_the_address_that_it_has_named()
    {
        var directory = Directory.CreateTempSubdirectory("estiba-notify-").FullName;
        try
        {
            Told(Path.Combine(directory, "notify"), Path.Combine(directory, "notify"));
            var name = $"estiba-notify-{Guid.NewGuid():N}";
            Told($"@{name}", $"\0{name}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        static void Told(string address, string bound)
        {
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
            {
                ReceiveTimeout = 10_000,
            };
            manager.Bind(new UnixDomainSocketEndPoint(bound));

            ServiceManager.Tell("READY=1", address);

            var received = new byte[64];
            Encoding.ASCII.GetString(received, 0, manager.Receive(received)).ShouldBe("READY=1");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/nowhere/notify")]
    public void Where_nobody_listens_nothing_is_lost(string? address) => ServiceManager.Tell("READY=1", address);

    [Theory]
    [InlineData("8:4242", "socket:[4242]", true)]
    [InlineData("8:4242", "socket:[4243]", false)]
    [InlineData("8:4242", "/dev/null", false)]
    [InlineData("8:4242", null, false)]
    [InlineData(null, "socket:[4242]", false)]
    public void Only_the_journals_own_socket_is_the_journal(string? journal, string? error, bool expected) =>
        ServiceManager.IsJournal(journal, error).ShouldBe(expected);
}
