namespace Estiba.ServiceDiscovery.Resources;

/// <summary>Makes the ids of namespaces, services, operations and hosted zones, as AWS's look.</summary>
/// <param name="random">Where they come from.</param>
internal sealed class ResourceIds(Random random)
{
    private const string Small = "abcdefghijklmnopqrstuvwxyz234567";
    private const string Large = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int OfResource = 16;
    private const int OfZone = 20;
    private const int OfOperation = 32;
    private const int AfterDash = 8;

    /// <summary>For example <c>ns-e4anhexample0004</c>.</summary>
    internal string Namespace() => "ns-" + Text(Small, OfResource);

    /// <summary>For example <c>srv-e4anhexample0004</c>.</summary>
    internal string Service() => "srv-" + Text(Small, OfResource);

    /// <summary>For example <c>Z2FDTNDATAQYW2ABCDEF1</c>.</summary>
    internal string HostedZone() => "Z" + Text(Large, OfZone);

    /// <summary>For example <c>gv4g5meo7ndmeh4fqskygvk23d2fijwa-k9xmplyzd</c>.</summary>
    internal string Operation() => $"{Text(Small, OfOperation)}-{Text(Small, AfterDash)}";

    /// <summary>The id of a call to another service.</summary>
    internal string Request() => Text(Small, OfOperation);

    private string Text(string letters, int length)
    {
        // A random with a seed is not safe for threads.
        lock (random)
            return new string(random.GetItems<char>(letters, length));
    }
}
