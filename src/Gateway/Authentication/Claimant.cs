using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Authentication;

/// <summary>Who a request claims to be from: nothing speaks against it, and nothing is proven.</summary>
/// <param name="Claim">What the request says of its signature.</param>
/// <param name="Credential">The credentials that it names; null only where any are accepted.</param>
internal readonly record struct Claimant(SignatureClaim Claim, Credential? Credential);
