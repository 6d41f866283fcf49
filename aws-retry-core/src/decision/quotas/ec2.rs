//! EC2's published request buckets, per account and region.
//!
//! Source: ["Request throttling for the Amazon EC2 API"][page], the tables of request and resource token
//! buckets, as read in November 2026. **A support case can change them for an account**, and AWS can for all.
//!
//! An action has the bucket of its category, unless it has a constant of its own here. Each action of a
//! category has a bucket to itself, so name the action in the scope.
//!
//! [page]: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html

use super::Bucket;

/// `Describe*`, `List*`, `Search*` and `Get*` actions without a constant of their own.
pub const NON_MUTATING: Bucket = Bucket { capacity: 100.0, refill: 20.0 };
/// These actions, if a request has neither a filter nor a page size: `DescribeInstances`,
/// `DescribeInstanceStatus`, `DescribeNetworkInterfaces`, `DescribeSecurityGroups`, `DescribeSnapshots`,
/// `DescribeSpotInstanceRequests`, `DescribeVolumes`. With one, [`NON_MUTATING`].
pub const UNFILTERED: Bucket = Bucket { capacity: 50.0, refill: 10.0 };
/// All other actions without a constant of their own.
pub const MUTATING: Bucket = Bucket { capacity: 50.0, refill: 5.0 };
/// `AcceptVpcPeeringConnection`, `AuthorizeSecurityGroupIngress`, `CancelSpotInstanceRequests`,
/// `CreateKeyPair`, `CreateVpcPeeringConnection`, `DeleteVpcPeeringConnection`,
/// `RejectVpcPeeringConnection`, `RevokeSecurityGroupIngress`, `RequestSpotInstances`.
pub const RESOURCE_INTENSIVE: Bucket = Bucket { capacity: 50.0, refill: 5.0 };
/// Non-mutating actions that the EC2 console sends.
pub const CONSOLE: Bucket = Bucket { capacity: 100.0, refill: 10.0 };

pub mod instances {
    //! Buckets of instances, which these actions take from besides their request buckets: with
    //! `cost = count`.

    use super::Bucket;

    /// `RunInstances`.
    pub const RUN: Bucket = Bucket { capacity: 1000.0, refill: 2.0 };
    /// `StartInstances`.
    pub const START: Bucket = Bucket { capacity: 1000.0, refill: 2.0 };
    /// `StopInstances`.
    pub const STOP: Bucket = Bucket { capacity: 1000.0, refill: 20.0 };
    /// `TerminateInstances`.
    pub const TERMINATE: Bucket = Bucket { capacity: 1000.0, refill: 20.0 };
}

macro_rules! actions {
    ($($name:ident $action:literal $capacity:literal, $refill:literal;)+) => {
        $(
            #[doc = concat!("`", $action, "`: ", $capacity, " requests, and ", $refill, " per second.")]
            pub const $name: Bucket = Bucket { capacity: $capacity, refill: $refill };
        )+

        #[cfg(test)]
        const ACTIONS: &[(&str, Bucket)] = &[$(($action, $name)),+];
    };
}

actions! {
    ACCEPT_VPC_ENDPOINT_CONNECTIONS "AcceptVpcEndpointConnections" 10.0, 1.0;
    ADVERTISE_BYOIP_CIDR "AdvertiseByoipCidr" 1.0, 0.1;
    ASSIGN_IPV6_ADDRESSES "AssignIpv6Addresses" 100.0, 5.0;
    ASSIGN_PRIVATE_IP_ADDRESSES "AssignPrivateIpAddresses" 100.0, 5.0;
    ASSIGN_PRIVATE_NAT_GATEWAY_ADDRESS "AssignPrivateNatGatewayAddress" 10.0, 1.0;
    ASSOCIATE_CAPACITY_RESERVATION_BILLING_OWNER "AssociateCapacityReservationBillingOwner" 1.0, 0.5;
    ASSOCIATE_ENCLAVE_CERTIFICATE_IAM_ROLE "AssociateEnclaveCertificateIamRole" 10.0, 1.0;
    ASSOCIATE_IAM_INSTANCE_PROFILE "AssociateIamInstanceProfile" 100.0, 5.0;
    ASSOCIATE_NAT_GATEWAY_ADDRESS "AssociateNatGatewayAddress" 10.0, 1.0;
    ATTACH_VERIFIED_ACCESS_TRUST_PROVIDER "AttachVerifiedAccessTrustProvider" 10.0, 2.0;
    AUTHORIZE_CLIENT_VPN_INGRESS "AuthorizeClientVpnIngress" 5.0, 2.0;
    CANCEL_DECLARATIVE_POLICIES_REPORT "CancelDeclarativePoliciesReport" 1.0, 1.0;
    COPY_IMAGE "CopyImage" 100.0, 1.0;
    CREATE_CLIENT_VPN_ROUTE "CreateClientVpnRoute" 5.0, 2.0;
    CREATE_COIP_CIDR "CreateCoipCidr" 5.0, 1.0;
    CREATE_COIP_POOL "CreateCoipPool" 5.0, 1.0;
    CREATE_DEFAULT_SUBNET "CreateDefaultSubnet" 1.0, 1.0;
    CREATE_DEFAULT_VPC "CreateDefaultVpc" 1.0, 1.0;
    CREATE_LAUNCH_TEMPLATE_VERSION "CreateLaunchTemplateVersion" 100.0, 5.0;
    CREATE_NAT_GATEWAY "CreateNatGateway" 10.0, 1.0;
    CREATE_NETWORK_INTERFACE "CreateNetworkInterface" 100.0, 5.0;
    CREATE_RESTORE_IMAGE_TASK "CreateRestoreImageTask" 50.0, 0.1;
    CREATE_SNAPSHOT "CreateSnapshot" 100.0, 5.0;
    CREATE_SNAPSHOTS "CreateSnapshots" 100.0, 5.0;
    CREATE_SPOT_DATAFEED_SUBSCRIPTION "CreateSpotDatafeedSubscription" 50.0, 3.0;
    CREATE_STORE_IMAGE_TASK "CreateStoreImageTask" 50.0, 0.1;
    CREATE_SUBNET_CIDR_RESERVATION "CreateSubnetCidrReservation" 5.0, 1.0;
    CREATE_TAGS "CreateTags" 100.0, 10.0;
    CREATE_VERIFIED_ACCESS_ENDPOINT "CreateVerifiedAccessEndpoint" 20.0, 4.0;
    CREATE_VERIFIED_ACCESS_GROUP "CreateVerifiedAccessGroup" 10.0, 2.0;
    CREATE_VERIFIED_ACCESS_INSTANCE "CreateVerifiedAccessInstance" 10.0, 2.0;
    CREATE_VERIFIED_ACCESS_TRUST_PROVIDER "CreateVerifiedAccessTrustProvider" 10.0, 2.0;
    CREATE_VOLUME "CreateVolume" 100.0, 5.0;
    CREATE_VPC_ENDPOINT "CreateVpcEndpoint" 4.0, 0.3;
    CREATE_VPC_ENDPOINT_SERVICE_CONFIGURATION "CreateVpcEndpointServiceConfiguration" 10.0, 1.0;
    DELETE_CLIENT_VPN_ROUTE "DeleteClientVpnRoute" 5.0, 2.0;
    DELETE_COIP_CIDR "DeleteCoipCidr" 5.0, 1.0;
    DELETE_COIP_POOL "DeleteCoipPool" 5.0, 1.0;
    DELETE_COIP_POOL_PERMISSION "DeleteCoipPoolPermission" 5.0, 1.0;
    DELETE_NAT_GATEWAY "DeleteNatGateway" 10.0, 1.0;
    DELETE_NETWORK_INTERFACE "DeleteNetworkInterface" 100.0, 5.0;
    DELETE_SNAPSHOT "DeleteSnapshot" 100.0, 5.0;
    DELETE_SPOT_DATAFEED_SUBSCRIPTION "DeleteSpotDatafeedSubscription" 50.0, 3.0;
    DELETE_SUBNET_CIDR_RESERVATION "DeleteSubnetCidrReservation" 5.0, 1.0;
    DELETE_QUEUED_RESERVED_INSTANCES "DeleteQueuedReservedInstances" 5.0, 5.0;
    DELETE_TAGS "DeleteTags" 100.0, 10.0;
    DELETE_VERIFIED_ACCESS_ENDPOINT "DeleteVerifiedAccessEndpoint" 20.0, 4.0;
    DELETE_VERIFIED_ACCESS_GROUP "DeleteVerifiedAccessGroup" 10.0, 2.0;
    DELETE_VERIFIED_ACCESS_INSTANCE "DeleteVerifiedAccessInstance" 10.0, 2.0;
    DELETE_VERIFIED_ACCESS_TRUST_PROVIDER "DeleteVerifiedAccessTrustProvider" 10.0, 2.0;
    DELETE_VOLUME "DeleteVolume" 100.0, 5.0;
    DELETE_VPC_ENDPOINTS "DeleteVpcEndpoints" 4.0, 0.3;
    DELETE_VPC_ENDPOINT_SERVICE_CONFIGURATIONS "DeleteVpcEndpointServiceConfigurations" 10.0, 1.0;
    DEPROVISION_BYOIP_CIDR "DeprovisionByoipCidr" 1.0, 0.1;
    DEREGISTER_IMAGE "DeregisterImage" 100.0, 5.0;
    DESCRIBE_AGGREGATE_ID_FORMAT "DescribeAggregateIdFormat" 10.0, 10.0;
    DESCRIBE_BYOIP_CIDRS "DescribeByoipCidrs" 1.0, 0.5;
    DESCRIBE_CAPACITY_BLOCK_EXTENSION_OFFERINGS "DescribeCapacityBlockExtensionOfferings" 10.0, 0.15;
    DESCRIBE_CAPACITY_BLOCK_OFFERINGS "DescribeCapacityBlockOfferings" 10.0, 0.15;
    DESCRIBE_DECLARATIVE_POLICIES_REPORTS "DescribeDeclarativePoliciesReports" 5.0, 5.0;
    DESCRIBE_HOST_RESERVATIONS "DescribeHostReservations" 5.0, 2.0;
    DESCRIBE_HOST_RESERVATION_OFFERINGS "DescribeHostReservationOfferings" 5.0, 2.0;
    DESCRIBE_IDENTITY_ID_FORMAT "DescribeIdentityIdFormat" 10.0, 10.0;
    DESCRIBE_ID_FORMAT "DescribeIdFormat" 10.0, 10.0;
    DESCRIBE_INSTANCE_TOPOLOGY "DescribeInstanceTopology" 1.0, 1.0;
    DESCRIBE_MOVING_ADDRESSES "DescribeMovingAddresses" 1.0, 1.0;
    DESCRIBE_PRINCIPAL_ID_FORMAT "DescribePrincipalIdFormat" 10.0, 10.0;
    DESCRIBE_RESERVED_INSTANCES_OFFERINGS "DescribeReservedInstancesOfferings" 10.0, 10.0;
    DESCRIBE_SECURITY_GROUP_REFERENCES "DescribeSecurityGroupReferences" 20.0, 5.0;
    DESCRIBE_SPOT_DATAFEED_SUBSCRIPTION "DescribeSpotDatafeedSubscription" 100.0, 13.0;
    DESCRIBE_SPOT_FLEET_INSTANCES "DescribeSpotFleetInstances" 100.0, 5.0;
    DESCRIBE_SPOT_FLEET_REQUEST_HISTORY "DescribeSpotFleetRequestHistory" 100.0, 5.0;
    DESCRIBE_SPOT_FLEET_REQUESTS "DescribeSpotFleetRequests" 50.0, 3.0;
    DESCRIBE_STALE_SECURITY_GROUPS "DescribeStaleSecurityGroups" 20.0, 5.0;
    DESCRIBE_STORE_IMAGE_TASKS "DescribeStoreImageTasks" 50.0, 0.5;
    DESCRIBE_VERIFIED_ACCESS_INSTANCE_LOGGING_CONFIGURATIONS "DescribeVerifiedAccessInstanceLoggingConfigurations" 10.0, 2.0;
    DETACH_VERIFIED_ACCESS_TRUST_PROVIDER "DetachVerifiedAccessTrustProvider" 10.0, 2.0;
    DISABLE_FAST_LAUNCH "DisableFastLaunch" 5.0, 2.0;
    DISABLE_IMAGE_BLOCK_PUBLIC_ACCESS "DisableImageBlockPublicAccess" 1.0, 0.1;
    DISABLE_SNAPSHOT_BLOCK_PUBLIC_ACCESS "DisableSnapshotBlockPublicAccess" 1.0, 0.1;
    DISASSOCIATE_CAPACITY_RESERVATION_BILLING_OWNER "DisassociateCapacityReservationBillingOwner" 1.0, 0.5;
    DISASSOCIATE_ENCLAVE_CERTIFICATE_IAM_ROLE "DisassociateEnclaveCertificateIamRole" 10.0, 1.0;
    DISASSOCIATE_IAM_INSTANCE_PROFILE "DisassociateIamInstanceProfile" 100.0, 5.0;
    DISASSOCIATE_NAT_GATEWAY_ADDRESS "DisassociateNatGatewayAddress" 10.0, 1.0;
    ENABLE_FAST_LAUNCH "EnableFastLaunch" 5.0, 2.0;
    ENABLE_IMAGE_BLOCK_PUBLIC_ACCESS "EnableImageBlockPublicAccess" 1.0, 0.1;
    ENABLE_SNAPSHOT_BLOCK_PUBLIC_ACCESS "EnableSnapshotBlockPublicAccess" 1.0, 0.1;
    GET_ASSOCIATED_ENCLAVE_CERTIFICATE_IAM_ROLES "GetAssociatedEnclaveCertificateIamRoles" 10.0, 1.0;
    GET_DECLARATIVE_POLICIES_REPORT_SUMMARY "GetDeclarativePoliciesReportSummary" 5.0, 5.0;
    GET_HOST_RESERVATION_PURCHASE_PREVIEW "GetHostReservationPurchasePreview" 5.0, 2.0;
    MODIFY_IMAGE_ATTRIBUTE "ModifyImageAttribute" 100.0, 5.0;
    MODIFY_INSTANCE_METADATA_DEFAULTS "ModifyInstanceMetadataDefaults" 2.0, 2.0;
    MODIFY_INSTANCE_METADATA_OPTIONS "ModifyInstanceMetadataOptions" 100.0, 5.0;
    MODIFY_LAUNCH_TEMPLATE "ModifyLaunchTemplate" 100.0, 5.0;
    MODIFY_NETWORK_INTERFACE_ATTRIBUTE "ModifyNetworkInterfaceAttribute" 100.0, 5.0;
    MODIFY_SNAPSHOT_ATTRIBUTE "ModifySnapshotAttribute" 100.0, 5.0;
    MODIFY_VERIFIED_ACCESS_ENDPOINT "ModifyVerifiedAccessEndpoint" 20.0, 4.0;
    MODIFY_VERIFIED_ACCESS_ENDPOINT_POLICY "ModifyVerifiedAccessEndpointPolicy" 20.0, 4.0;
    MODIFY_VERIFIED_ACCESS_GROUP "ModifyVerifiedAccessGroup" 10.0, 2.0;
    MODIFY_VERIFIED_ACCESS_GROUP_POLICY "ModifyVerifiedAccessGroupPolicy" 20.0, 4.0;
    MODIFY_VERIFIED_ACCESS_INSTANCE "ModifyVerifiedAccessInstance" 10.0, 2.0;
    MODIFY_VERIFIED_ACCESS_INSTANCE_LOGGING_CONFIGURATION "ModifyVerifiedAccessInstanceLoggingConfiguration" 10.0, 2.0;
    MODIFY_VERIFIED_ACCESS_TRUST_PROVIDER "ModifyVerifiedAccessTrustProvider" 10.0, 2.0;
    MODIFY_VPC_ENDPOINT "ModifyVpcEndpoint" 4.0, 0.3;
    MODIFY_VPC_ENDPOINT_SERVICE_CONFIGURATION "ModifyVpcEndpointServiceConfiguration" 10.0, 1.0;
    MOVE_ADDRESS_TO_VPC "MoveAddressToVpc" 1.0, 1.0;
    PROVISION_BYOIP_CIDR "ProvisionByoipCidr" 1.0, 0.1;
    PURCHASE_CAPACITY_BLOCK "PurchaseCapacityBlock" 10.0, 0.15;
    PURCHASE_CAPACITY_BLOCK_EXTENSION "PurchaseCapacityBlockExtension" 10.0, 0.15;
    PURCHASE_HOST_RESERVATION "PurchaseHostReservation" 5.0, 2.0;
    PURCHASE_RESERVED_INSTANCES_OFFERING "PurchaseReservedInstancesOffering" 5.0, 5.0;
    REJECT_VPC_ENDPOINT_CONNECTIONS "RejectVpcEndpointConnections" 10.0, 1.0;
    RESTORE_ADDRESS_TO_CLASSIC "RestoreAddressToClassic" 1.0, 1.0;
    REVOKE_CLIENT_VPN_INGRESS "RevokeClientVpnIngress" 5.0, 2.0;
    RUN_INSTANCES "RunInstances" 5.0, 2.0;
    START_DECLARATIVE_POLICIES_REPORT "StartDeclarativePoliciesReport" 1.0, 1.0;
    START_INSTANCES "StartInstances" 5.0, 2.0;
    TERMINATE_INSTANCES "TerminateInstances" 100.0, 5.0;
    UNASSIGN_PRIVATE_IP_ADDRESSES "UnassignPrivateIpAddresses" 100.0, 5.0;
    UNASSIGN_PRIVATE_NAT_GATEWAY_ADDRESS "UnassignPrivateNatGatewayAddress" 10.0, 1.0;
    WITHDRAW_BYOIP_CIDR "WithdrawByoipCidr" 1.0, 0.1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_there_once_with_a_bucket_that_can_be_one() {
        let mut names: Vec<_> = ACTIONS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ACTIONS.len());
        assert_eq!(ACTIONS.len(), 121, "the rows of the page's table of uncategorized actions");
        assert!(ACTIONS.iter().all(|(_, it)| it.capacity >= 1.0 && it.refill > 0.0));
    }
}
