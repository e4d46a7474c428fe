using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Rest;

namespace Estiba.Gateway.Operations;

/// <summary>
/// Finds the service that a request is for: by the name in its head, by the name that it is signed for, by its host, or
/// by its path.
/// </summary>
internal sealed class OperationRouter
{
    private readonly Dictionary<string, ServiceDispatcher> _named = new(StringComparer.Ordinal);
    private readonly List<(ServiceDispatcher Service, Protocol Protocol)> _forms = [];
    private readonly Dictionary<string, (ServiceDispatcher Service, Protocol Protocol)> _paths = new(
        StringComparer.Ordinal
    );

    /// <param name="services">The services that somebody has written; all others that there are contracts of answer
    /// that they are not there.</param>
    public OperationRouter(IReadOnlyList<ServiceDispatcher> services)
    {
        var present = services.Select(service => service.Model.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var service in services)
            Add(service);
        foreach (var model in ServiceCatalogue.All.Where(model => !present.Contains(model.Name)))
            Add(ServiceDispatcher.Missing(model));
    }

    /// <summary>The protocol that a request's head names; a form where it names none.</summary>
    public static Protocol Spoken(WireRequest request)
    {
        foreach (var protocol in Protocol.All)
            if (protocol.Naming == OperationNaming.Head && protocol.IsSpoken(request))
                return protocol;
        return Protocol.Query;
    }

    /// <summary>The service that a request names in its head, and which of its protocols is spoken.</summary>
    public (ServiceDispatcher Service, Protocol Protocol)? FindNamed(Protocol spoken, WireRequest request)
    {
        if (spoken.ServiceOf(request) is not { } name || !_named.TryGetValue(name, out var service))
            return null;
        foreach (var protocol in service.Model.Protocols)
            if (protocol.Naming == OperationNaming.Head && protocol.IsSpoken(request))
                return (service, protocol);
        return null;
    }

    /// <summary>
    /// The service of a form, by the version that it names; by the name that it is signed for where the version is
    /// unknown.
    /// </summary>
    public (ServiceDispatcher Service, Protocol Protocol)? FindForm(string? version, string? signingName)
    {
        foreach (var form in _forms)
            if (version is not null && form.Protocol.NameOf(form.Service.Model) == version)
                return form;
        foreach (var form in _forms)
            if (form.Service.Model.SigningName == signingName)
                return form;
        return null;
    }

    /// <summary>The service with operations at paths that a request is signed for.</summary>
    public (ServiceDispatcher Service, Protocol Protocol)? FindSigned(string? signingName) =>
        signingName is not null && _paths.TryGetValue(signingName, out var found) ? found : null;

    /// <summary>
    /// The service with operations at paths that a request's host names, as <c>s3.localhost</c> does.
    /// </summary>
    public (ServiceDispatcher Service, Protocol Protocol)? FindByHost(WireRequest request)
    {
        var name = HostLabels.ServiceOf(request.Header("Host"), _paths.ContainsKey);
        return name is null ? null : _paths[name];
    }

    /// <summary>
    /// The one service that has an operation at a path; null for none or several, and for paths that fit everything.
    /// </summary>
    public (ServiceDispatcher Service, Protocol Protocol)? FindByPath(WireRequest request)
    {
        (ServiceDispatcher Service, Protocol Protocol)? only = null;
        foreach (var candidate in _paths.Values)
        {
            if (
                candidate.Service.Model.HostLabel is not null
                || candidate.Protocol.OperationOf(candidate.Service.Model, request) is null
            )
                continue;
            if (only is not null)
                return null;
            only = candidate;
        }

        return only;
    }

    private void Add(ServiceDispatcher service)
    {
        foreach (var protocol in service.Model.Protocols)
        {
            switch (protocol.Naming)
            {
                case OperationNaming.Head:
                    _named[protocol.NameOf(service.Model)!] = service;
                    break;
                case OperationNaming.Body:
                    _forms.Add((service, protocol));
                    break;
                default:
                    _paths[service.Model.SigningName] = (service, protocol);
                    break;
            }
        }
    }
}
