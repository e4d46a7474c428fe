using Estiba.Contracts;

namespace Estiba.Gateway.Operations;

/// <summary>Finds the operation that a request names: by target in JSON, by version and action in forms.</summary>
internal sealed class OperationRouter
{
    private readonly Dictionary<string, Route> _byTarget = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceModel> _byPrefix = new(StringComparer.Ordinal);
    private readonly List<ServiceDispatcher> _forms = [];

    public OperationRouter(IReadOnlyList<ServiceDispatcher> services)
    {
        foreach (var service in services)
        {
            if (service.Model.Protocol != ProtocolKind.Json)
            {
                _forms.Add(service);
                continue;
            }

            _byPrefix.Add(service.Model.TargetPrefix!, service.Model);
            foreach (var operation in service.Operations)
                _byTarget.Add($"{service.Model.TargetPrefix}.{operation.Name}", new Route(service.Model, service.Find(operation.Name)!));
        }
    }

    /// <summary>The operation of an <c>X-Amz-Target</c> header, such as <c>Logs_20140328.PutLogEvents</c>; null for one that nobody has.</summary>
    public Route? FindTarget(string target) => _byTarget.GetValueOrDefault(target);

    /// <summary>The service that a target belongs to, though it may not have the operation.</summary>
    public ServiceModel? FindTargetService(string target) =>
        _byPrefix.GetValueOrDefault(target[..Math.Max(0, target.LastIndexOf('.'))]);

    /// <summary>The service of a form, by the version that it names; by the name that it is signed for where the version is unknown.</summary>
    public ServiceDispatcher? FindFormService(string? version, string? signingName) =>
        _forms.Find(service => service.Model.ApiVersion == version) ?? _forms.Find(service => service.Model.SigningName == signingName);
}
