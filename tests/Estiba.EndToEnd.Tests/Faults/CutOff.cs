using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>
/// Nothing gets to what is published on an address of this machine, and no answer comes back, until it is disposed of.
/// </summary>
internal sealed class CutOff : IAsyncDisposable
{
    private readonly string _address;

    private CutOff(string address) => _address = address;

    public static async Task<CutOff> BeginAsync(string address)
    {
        var begun = new CutOff(address);
        (await begun.EditAsync("-I")).ShouldBe(0);
        return begun;
    }

    public async ValueTask DisposeAsync() => await EditAsync("-D");

    /// <summary>The connections of the host go out by OUTPUT, and come back from a container by PREROUTING.</summary>
    private Task<int> EditAsync(string edit) =>
        RootCommand.RunAsync(
            string.Join(
                " && ",
                ((string[])["OUTPUT", "PREROUTING"]).Select(chain =>
                    $"iptables -w -t mangle {edit} {chain} -m conntrack --ctorigdst {_address} -m comment "
                    + "--comment estiba-test -j DROP"
                )
            )
        );
}
