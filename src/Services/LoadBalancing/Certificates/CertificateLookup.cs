using System.Security.Cryptography.X509Certificates;
using Estiba.Contracts;

namespace Estiba.LoadBalancing.Certificates;

/// <summary>Finds the certificate that an ARN names, for listeners that speak TLS.</summary>
/// <param name="arn">Of AWS Certificate Manager, or a server certificate of IAM.</param>
/// <param name="context">Whose it must be.</param>
/// <param name="cancellation">Gives up.</param>
/// <returns>The certificate with its key, which stays its owner's and is not to be disposed; null when there is
/// none.</returns>
public delegate Task<X509Certificate2?> CertificateLookup(
    string arn,
    CallContext context,
    CancellationToken cancellation
);
