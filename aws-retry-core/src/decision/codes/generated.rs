//! Written by `scripts/codes.py` from the models of 439 services in botocore 1.44.5.
//! Do not edit: change the script, or install a newer botocore, and run it.

/// Codes of throttles, by their name or by the models of most services.
#[rustfmt::skip]
pub(super) const THROTTLES: &[&str] = &[
    "CallRateLimitExceededException",
    "DependencyThrottle",
    "DependentServiceRequestThrottlingFault",
    "EC2ThrottledException", // Lambda sends it with HTTP 502: a throttling code beats a status
    "EKSRequestThrottledException",
    "KMSThrottling",
    "KMSThrottlingException",
    "KMSThrottlingFault",
    "KmsThrottled",
    "KmsThrottlingException",
    "LambdaThrottledException",
    "RateLimitError",
    "RateLimitExceededException",
    "RequestLimitExceeded",
    "RequestLimitExceededException",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDownException",
    "Throttled",
    "ThrottledClientException",
    "ThrottledException",
    "ThrottledRequestException",
    "ThrottlingException", // three models call it a server fault, one with HTTP 500: a throttling code beats a status
    "TooManyRequestException",
    "TooManyRequests",
    "TooManyRequestsError",
    "TooManyRequestsException",
];

/// Codes that mean a server fault in every model, or by decision: then the reason is beside them.
#[rustfmt::skip]
pub(super) const SERVER_FAULTS: &[&str] = &[
    "BadGatewayException",
    "BatchExecuteStatementException",
    "CancelledByMaintenanceException",
    "CancelledByUserException",
    "CloudHsmInternalException",
    "CloudHsmInternalFailureException",
    "ConcurrentUpdatingException",
    "CreateChimeWebhookConfigurationException",
    "CreateSlackChannelConfigurationException",
    "CreateTeamsChannelConfigurationException",
    "DatabaseConnectionException",
    "DatabaseUnavailableException",
    "DeleteChimeWebhookConfigurationException",
    "DeleteMicrosoftTeamsUserIdentityException",
    "DeleteSlackChannelConfigurationException",
    "DeleteSlackUserIdentityException",
    "DeleteSlackWorkspaceAuthorizationFault",
    "DeleteTeamsChannelConfigurationException",
    "DeleteTeamsConfiguredTeamException",
    "DependencyException",
    "DependencyFailureException", // 1 of 2 models has the mark: the dependency may come back
    "DependencyTimeout",
    "DependencyTimeoutException",
    "DependentServiceFailureException",
    "DescribeChimeWebhookConfigurationsException",
    "DescribeSlackChannelConfigurationsException",
    "DescribeSlackUserIdentitiesException",
    "DescribeSlackWorkspacesException",
    "DirectConnectServerException",
    "EC2AccessDeniedException",
    "EC2UnexpectedException",
    "ENILimitReachedException",
    "ENINotReadyException",
    "EncryptionIntegrityChecksFailedException",
    "ExecuteStatementException",
    "ExecutionTimeoutException",
    "FailureByQueryException",
    "GatewayTimedOutException",
    "GatewayTimeoutException",
    "GetAccountPreferencesException",
    "GetTeamsChannelConfigurationException",
    "HandlerFailureException",
    "HandlerInternalFailureException",
    "HealthUnavailable",
    "IdempotentCallInProgress",
    "InsufficientCapacity",
    "InsufficientThroughputCapacity",
    "InterconnectServerException",
    "InternalDependencyException",
    "InternalError",
    "InternalErrorException", // 2 of 8 models lack the mark
    "InternalException",
    "InternalFailure",
    "InternalFailureException",
    "InternalServerError", // 2 of 16 models lack the mark
    "InternalServerErrorException",
    "InternalServerException", // 5 of 224 models lack the mark
    "InternalServiceError",
    "InternalServiceErrorException", // 3 of 12 models lack the mark
    "InternalServiceException", // 3 of 16 models lack the mark
    "InternalServiceFault",
    "InternalStreamFailure",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSInternalException",
    "KeyUnavailableException",
    "ListMicrosoftTeamsConfiguredTeamsException",
    "ListMicrosoftTeamsUserIdentitiesException",
    "ListTeamsChannelConfigurationsException",
    "MarketplaceCommerceAnalyticsException",
    "MemoryLimitExceededException",
    "ModelNotReadyException", // HTTP 429, but the model is still loading: no rate was exceeded
    "NetworkFailureException",
    "OperationTimeoutException", // 1 of 3 models has the mark: a time-out may pass
    "PolicyEvaluation",
    "QueryLimitExceededException",
    "ResourceContention",
    "RetryLatestCommitFailedException", // 1 of 2 models has the mark, and the service asks for another attempt
    "SerialConsoleSessionUnavailableException",
    "ServerException",
    "ServerInternalErrorException",
    "ServerInternalException",
    "ServerShutdownException",
    "ServiceException",
    "ServiceFailure",
    "ServiceFailureException",
    "ServiceFault",
    "ServiceInternalErrorException",
    "ServiceLinkedRoleFailure",
    "ServiceUnavailable",
    "ServiceUnavailableError", // 1 of 2 models lacks the mark
    "ServiceUnavailableException", // 1 of 51 models lacks the mark
    "StreamUnavailable",
    "SubnetIPAddressLimitReachedException",
    "TestFunctionFailed",
    "TimeLimitExceededException",
    "UpdateAccountPreferencesException",
    "UpdateChimeWebhookConfigurationException",
    "UpdateSlackChannelConfigurationException",
    "UpdateTeamsChannelConfigurationException",
    "WAFInternalErrorException",
    "WAFTagOperationInternalErrorException",
];

/// Codes that every service that models them marks as retryable, and that are in neither table above.
#[rustfmt::skip]
pub(super) const RETRYABLE: &[&str] = &[
    "BulkLoadIdNotFoundException",
    "ClientTimeoutException",
    "RangeNotSatisfiableException",
    "ReplicatedWriteConflictException",
    "RetryableConflictException", // 3 of 4 models, and its name says so
    "S3Exception",
    "SchemaRegistryUnavailableException",
    "StreamSessionAccessNotReadyException",
];

/// Codes that look like one of the above but are not, or that share only their stem with one.
#[rustfmt::skip]
pub(super) const LEFT_OUT: &[&str] = &[
    "CapacityDecreaseRequestLimitExceeded", // a limit per day
    "ConcurrentModificationException", // 4 of 30 models: the data changed, and the caller must read them again
    "ConflictException", // 1 of 252 models: the conflict remains
    "InsufficientCapacityException", // 2 of 4 models: the other models mean a limit of the caller
    "KMSAccessDeniedException", // 1 of 2 models: the permission stays as it is
    "KMSDisabledException", // 1 of 2 models: the key stays disabled
    "KMSInvalidStateException", // 1 of 3 models: the key stays as it is
    "KMSNotFoundException", // 1 of 2 models: the key stays missing
    "LimitExceeded", // IAM and others mean a limit on the number of resources
    "LoopDetectedException", // HTTP 508: no SDK retries it, and the loop remains
    "RequestTimeoutException", // every SDK treats it as transient: see TRANSIENT
    "ResourceNotReadyException", // 1 of 6 models: most mean a state that the caller has to change
    "ResourceUnavailableException", // 1 of 10 models: most mean a missing resource
    "TooManyRequestedAttributes", // the request asks for too many attributes, and a retry would ask for as many
    "VolumeModificationRateExceededException", // one change per volume within hours: a backoff does not wait that long
];

/// Codes on the wire, and the names of their shapes if they differ by more than a suffix.
#[rustfmt::skip]
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("ALPNPolicyNotFound", "ALPNPolicyNotSupportedException"),
    ("AssociationNotFound", "TrustStoreAssociationNotFoundException"),
    ("AuthorizationError", "AuthorizationErrorException"),
    ("CapacityDecreaseRequestLimitExceeded", "CapacityDecreaseRequestsLimitExceededException"),
    ("ConditionalCheckFailed", "OperationStatusCheckFailedException"),
    ("DisabledAction", "DisabledOperationException"),
    ("DuplicateLoadBalancerName", "DuplicateAccessPointNameException"),
    ("IDPCommunicationError", "IDPCommunicationErrorException"),
    ("InternalError", "InternalErrorException"),
    ("InvalidInstance", "InvalidEndPointException"),
    ("InvalidParameterInput", "DashboardInvalidInputError"),
    ("LoadBalancerNotFound", "AccessPointNotFoundException"),
    ("MissingParameter", "MissingRequiredParameterException"),
    ("NotSupportedService", "ServiceNotSupportedException"),
    ("OpenIdIdpCommunicationError", "OpenIdIdpCommunicationErrorException"),
    ("OperationInProgressFailure", "OperationInProgressException"),
    ("ParameterValueInvalid", "InvalidParameterValueException"),
    ("QuotaExceeded.CacheSecurityGroup", "CacheSecurityGroupQuotaExceededFault"),
    ("QuotaExceeded.ClusterSecurityGroup", "ClusterSecurityGroupQuotaExceededFault"),
    ("QuotaExceeded.DBSecurityGroup", "DBSecurityGroupQuotaExceededFault"),
    ("ReportExpired", "CredentialReportExpiredException"),
    ("ReportInProgress", "CredentialReportNotReadyException"),
    ("ReportNotPresent", "CredentialReportNotPresentException"),
    ("ReservedNodeExchangeNotFond", "ReservedNodeExchangeNotFoundFault"),
    ("ResourceNotFound", "DashboardNotFoundError"),
    ("SourceBundleDeletionFailure", "SourceBundleDeletionException"),
    ("TooManyLoadBalancers", "TooManyAccessPointsException"),
    ("UserError", "UserErrorException"),
];
