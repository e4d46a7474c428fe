using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>
/// The scripts that make an address answer, on a port that nothing listens on, and that undo it. Safe to repeat.
/// </summary>
/// <param name="ip">The command ip.</param>
/// <param name="iptables">The command iptables.</param>
/// <param name="endPoint">The address, and the port on which somebody listens.</param>
/// <param name="device">The interface that gets the address.</param>
/// <param name="block">A block of addresses to which the address belongs, all of which answer, on every port; null
/// where it is this one alone, on one port.</param>
internal sealed class MetadataRules(
    string ip,
    string iptables,
    IPEndPoint endPoint,
    string device,
    IPNetwork? block = null
)
{
    /// <summary>The port that containers ask.</summary>
    public const int AskedPort = 80;

    private string Asked => block?.ToString() ?? $"{endPoint.Address}/32";

    private string Named => block?.ToString() ?? endPoint.Address.ToString();

    private string Rule =>
        block is null
            ? $"-d {Asked} -p tcp -m tcp --dport {AskedPort} -j DNAT --to-destination {endPoint}"
            : $"-d {Asked} -p tcp -m tcp -j DNAT --to-destination {endPoint}";

    private string OpenBlock => block is null ? "" : $"{ip} route replace local {block} dev {device} || exit 1";

    private string CheckBlock =>
        block is null
            ? ""
            : $"{ip} route show table local | grep -qF 'local {block} dev {device} '"
                + $" || {{ echo 'the route to {block} is gone' >&2; exit 1; }}";

    private string CloseBlock => block is null ? "" : $"{ip} route delete local {block} dev {device}";

    /// <summary>
    /// Refuses where somebody else leads the address elsewhere, as AWS's agent does. The rules come first, before
    /// Docker's own for published ports.
    /// </summary>
    public string Open =>
        $$"""
            undo() {
            {{Close}}
            }
            others=$({{iptables}} -w -t nat -S | grep -F ' {{Asked}} ' | grep -vF ' --to-destination {{endPoint}}')
            if [ -n "$others" ]; then echo "another program on this host has rules for {{Named}}: $others" >&2; exit 1; fi
            {{ip}} address replace {{endPoint.Address}}/32 dev {{device}} scope host || exit 1
            {{OpenBlock}}
            for chain in PREROUTING OUTPUT; do
                {{iptables}} -w -t nat -C $chain {{Rule}} 2>/dev/null || {{iptables}} -w -t nat -I $chain {{Rule}} || { undo; exit 1; }
            done
            """;

    /// <summary>Fails where a rule is missing.</summary>
    public string Check =>
        $$"""
            for chain in PREROUTING OUTPUT; do
                {{iptables}} -w -t nat -C $chain {{Rule}} || exit 1
            done
            {{CheckBlock}}
            """;

    public string Close =>
        $$"""
            for chain in PREROUTING OUTPUT; do
                while {{iptables}} -w -t nat -D $chain {{Rule}} 2>/dev/null; do :; done
            done
            {{CloseBlock}}
            {{ip}} address delete {{endPoint.Address}}/32 dev {{device}}
            """;

    /// <summary>With the commands of this host.</summary>
    /// <exception cref="NetworkException">One is missing.</exception>
    public static MetadataRules OfHost(IPEndPoint endPoint, string device, IPNetwork? block = null) =>
        new(
            SystemCommands.Find("ip", "iproute2"),
            SystemCommands.Find("iptables", "iptables"),
            endPoint,
            device,
            block
        );
}
