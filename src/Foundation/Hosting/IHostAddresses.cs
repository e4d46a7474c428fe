using System.Net;
using Estiba.Contracts;

namespace Estiba.Hosting;

/// <summary>Knows where hosts are that are no instances of EC2: machines of somebody's own in a cluster.</summary>
public interface IHostAddresses
{
    /// <summary>The address of a host.</summary>
    /// <param name="scope">Its account and region.</param>
    /// <param name="host">What it is called, such as <c>mi-0123456789abcdef0</c>.</param>
    /// <returns>Null where there is no such host, or it has not said.</returns>
    IPAddress? Find(Scope scope, string host);
}
