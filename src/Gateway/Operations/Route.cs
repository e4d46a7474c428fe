using Estiba.Contracts;

namespace Estiba.Gateway.Operations;

/// <summary>An operation that a request names, and the service that it belongs to.</summary>
internal sealed record Route(ServiceModel Service, OperationHandler Operation);
